// SPDX-License-Identifier: GPL-3.0-or-later
// An ONNX file is one protobuf message. Only its tags and lengths are followed here, so that nothing depends on a
// protobuf schema and the runtime's own reader stays the only one that interprets a model.
#include "backend/engine/model_file.h"

#include <optional>

namespace gnomon::engine {

namespace {

// Subgraphs within subgraphs. The runtime's reader gives up before.
constexpr int kDeepest = 64;
// Class names take more room than they have in the file.
constexpr std::size_t kMostClasses = 1 << 20;

// One field of a message: its number, and its number value or its bytes.
struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;
    ByteView bytes;
    bool delimited = false; // it has bytes, perhaps none
};

class Fields {
public:
    explicit Fields(ByteView message) : m_rest(message) {}

    // The next field; nothing at the end and when the message is not well-formed.
    std::optional<Field> next() {
        std::uint64_t tag = 0;
        if (m_rest.empty() || !varint(tag)) {
            return {};
        }
        Field field{tag >> 3, 0, {}, (tag & 7) == 2};
        bool read = false;
        switch (tag & 7) {
        case 0:
            read = varint(field.value);
            break;
        case 1:
            read = take(8, field.bytes);
            break;
        case 2: {
            std::uint64_t length = 0;
            read = varint(length) && take(length, field.bytes);
            break;
        }
        case 5:
            read = take(4, field.bytes);
            break;
        default: // groups, which the format does not have
            break;
        }
        m_broken = !read;
        return read ? std::optional(field) : std::nullopt;
    }

    bool broken() const { return m_broken; }

private:
    bool varint(std::uint64_t& value) {
        value = 0;
        for (unsigned shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
            const std::uint8_t byte = m_rest.front();
            m_rest = m_rest.subspan(1);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) {
                return true;
            }
        }
        m_broken = true;
        return false;
    }

    bool take(std::uint64_t length, ByteView& bytes) {
        if (length > m_rest.size()) {
            return false;
        }
        bytes = m_rest.first(length);
        m_rest = m_rest.subspan(length);
        return true;
    }

    ByteView m_rest;
    bool m_broken = false;
};

class Scan {
public:
    Result<OnnxFacts> run(ByteView model) {
        each(model, [&](const Field& field) {
            if (field.number == 7) { // ModelProto.graph
                graph(field.bytes, 0);
            } else if (field.number == 25) { // ModelProto.functions
                each(field.bytes, [&](const Field& inner) {
                    if (inner.number == 7) { // FunctionProto.node
                        node(inner.bytes, 1);
                    }
                });
            }
        });
        if (m_tooDeep) {
            return Error{ErrorCode::Corrupt,
                         "the file has graphs nested more than " + std::to_string(kDeepest) + " deep"};
        }
        if (m_broken) {
            return Error{ErrorCode::Corrupt, "the file is cut short or is not an ONNX model"};
        }
        return std::move(m_facts);
    }

private:
    template <class Visit>
    void each(ByteView message, Visit visit) {
        Fields fields(message);
        while (const std::optional<Field> field = fields.next()) {
            visit(*field);
        }
        m_broken = m_broken || fields.broken();
    }

    void graph(ByteView message, int depth) {
        if (depth > kDeepest) {
            m_tooDeep = true;
            return;
        }
        each(message, [&](const Field& field) {
            if (field.number == 1) { // GraphProto.node
                node(field.bytes, depth);
            } else if (field.number == 5) { // initializer
                tensor(field.bytes);
            } else if (field.number == 15) { // sparse_initializer
                sparseTensor(field.bytes);
            }
        });
    }

    void node(ByteView message, int depth) {
        std::string type;
        std::string output;
        std::vector<ByteView> attributes;
        each(message, [&](const Field& field) {
            if (field.number == 2 && output.empty()) { // NodeProto.output
                output = asText(field.bytes);
            } else if (field.number == 4) { // op_type
                type = asText(field.bytes);
            } else if (field.number == 5) { // attribute
                attribute(field.bytes, depth);
                attributes.push_back(field.bytes);
            }
        });
        if (depth == 0 && type == "ZipMap") {
            for (const ByteView bytes : attributes) {
                classLabels(bytes, m_facts.classNames[output]);
            }
        }
    }

    void attribute(ByteView message, int depth) {
        each(message, [&](const Field& field) {
            switch (field.number) {
            case 5:  // AttributeProto.t
            case 10: // tensors
                tensor(field.bytes);
                break;
            case 6:  // g
            case 11: // graphs
                graph(field.bytes, depth + 1);
                break;
            case 22: // sparse_tensor
            case 23: // sparse_tensors
                sparseTensor(field.bytes);
                break;
            default:
                break;
            }
        });
    }

    void classLabels(ByteView message, std::vector<std::string>& classes) {
        std::string name;
        std::vector<std::string> values;
        each(message, [&](const Field& field) {
            if (field.number == 1) { // AttributeProto.name
                name = asText(field.bytes);
            } else if (field.number == 8) { // ints, packed or one by one
                integers(field, values);
            } else if (field.number == 9) { // strings
                add(values, std::string(asText(field.bytes)));
            }
        });
        if (name == "classlabels_int64s" || name == "classlabels_strings") {
            classes = std::move(values);
        }
    }

    void add(std::vector<std::string>& values, std::string value) {
        m_broken = m_broken || values.size() == kMostClasses;
        if (!m_broken) {
            values.push_back(std::move(value));
        }
    }

    void integers(const Field& field, std::vector<std::string>& values) {
        if (!field.delimited) {
            add(values, std::to_string(static_cast<std::int64_t>(field.value)));
            return;
        }
        std::uint64_t value = 0;
        unsigned shift = 0;
        for (const std::uint8_t byte : field.bytes) {
            value |= shift < 64 ? static_cast<std::uint64_t>(byte & 0x7f) << shift : 0;
            shift += 7;
            if (byte < 0x80) {
                add(values, std::to_string(static_cast<std::int64_t>(value)));
                value = 0;
                shift = 0;
            }
        }
    }

    void tensor(ByteView message) {
        each(message, [&](const Field& field) {
            const bool list = field.number == 13;                         // TensorProto.external_data
            const bool location = field.number == 14 && field.value != 0; // data_location, 0 is the file itself
            m_facts.externalData = m_facts.externalData || list || location;
        });
    }

    void sparseTensor(ByteView message) {
        each(message, [&](const Field& field) {
            if (field.number == 1 || field.number == 2) { // SparseTensorProto.values, indices
                tensor(field.bytes);
            }
        });
    }

    OnnxFacts m_facts;
    bool m_broken = false;
    bool m_tooDeep = false;
};

} // namespace

Result<OnnxFacts> scanOnnx(ByteView model) {
    return Scan().run(model);
}

} // namespace gnomon::engine
