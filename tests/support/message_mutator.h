// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace gnomon::test {

// Spoils messages, the same way for the same seed. By reflection: any field of the message or of what is in it,
// whatever its type, may be cleared, doubled, swapped or set to something nasty. One thread.
class MessageMutator {
public:
    explicit MessageMutator(std::uint64_t seed) : m_random(seed) {}

    void mutate(google::protobuf::Message& message, int times);
    // Bit flips, cuts, insertions and copies within the serialised form.
    void mutate(std::string& bytes, int times);
    std::size_t below(std::size_t n) {
        return n == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, n - 1)(m_random);
    }

private:
    struct Place {
        google::protobuf::Message* message;
        const google::protobuf::FieldDescriptor* field;
    };
    void collect(google::protobuf::Message& message, std::vector<Place>& places);
    void one(const Place& place);
    void repeated(const Place& place);
    void set(const Place& place, bool append);
    std::string text(const std::string& was);
    std::string blob(std::string was);
    std::int64_t integer();
    double real();

    std::mt19937_64 m_random;
};

inline const std::array<std::string, 32> kNastyTexts = {"",
                                                        "x",
                                                        "y_out",
                                                        "a",
                                                        "t_out",
                                                        "pair",
                                                        "mixed",
                                                        "half",
                                                        "nobody",
                                                        "1",
                                                        "2",
                                                        "0",
                                                        "-1",
                                                        "4294967296",
                                                        "v1",
                                                        "FP32",
                                                        "INT64",
                                                        "BYTES",
                                                        "BF16",
                                                        "fp32",
                                                        "FP8",
                                                        "triton_secret",
                                                        "triton_enable_empty_final_response",
                                                        "shared_memory_region",
                                                        "classification",
                                                        "../../../etc/passwd",
                                                        "line\nbreak level=error event=forged",
                                                        "\x1b[2J\x1b[31mred\x07",
                                                        "\xe2\x80\xaegnp.exe",
                                                        "\xef\xbb\xbfmark",
                                                        "%n%s%x{}",
                                                        "' OR 1=1; --"};

inline const std::array<std::int64_t, 14> kNastyIntegers = {0,
                                                            1,
                                                            -1,
                                                            2,
                                                            3,
                                                            255,
                                                            65536,
                                                            std::int64_t{1} << 31,
                                                            std::int64_t{1} << 32,
                                                            std::int64_t{1} << 62,
                                                            std::numeric_limits<std::int64_t>::max(),
                                                            std::numeric_limits<std::int64_t>::min(),
                                                            1 << 20,
                                                            7};

inline void MessageMutator::collect(google::protobuf::Message& message, std::vector<Place>& places) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
        const google::protobuf::FieldDescriptor* field = message.GetDescriptor()->field(i);
        places.push_back({&message, field});
        if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
            continue;
        }
        if (field->is_repeated()) {
            for (int k = 0; k < reflection.FieldSize(message, field); ++k) {
                collect(*reflection.MutableRepeatedMessage(&message, field, k), places);
            }
        } else if (reflection.HasField(message, field)) {
            collect(*reflection.MutableMessage(&message, field), places);
        }
    }
}

inline void MessageMutator::mutate(google::protobuf::Message& message, int times) {
    for (int i = 0; i < times; ++i) {
        std::vector<Place> places;
        collect(message, places);
        one(places[below(places.size())]);
    }
}

inline void MessageMutator::one(const Place& place) {
    if (place.field->is_repeated()) {
        return repeated(place);
    }
    if (below(6) == 0) {
        return place.message->GetReflection()->ClearField(place.message, place.field);
    }
    set(place, false);
}

inline void MessageMutator::repeated(const Place& place) {
    google::protobuf::Message& message = *place.message;
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, place.field);
    const auto any = [&] { return static_cast<int>(below(static_cast<std::size_t>(size))); };
    switch (below(5)) {
    case 0:
        return set(place, true);
    case 1:
        return size > 0 ? reflection.RemoveLast(&message, place.field) : void();
    case 2:
        return size > 1 ? reflection.SwapElements(&message, place.field, any(), any()) : void();
    case 3:
        return below(4) == 0 ? reflection.ClearField(&message, place.field) : void();
    default:
        if (size > 0 && place.field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
            const google::protobuf::Message& original = reflection.GetRepeatedMessage(message, place.field, any());
            std::unique_ptr<google::protobuf::Message> copy(original.New());
            copy->CopyFrom(original);
            reflection.AddMessage(&message, place.field)->CopyFrom(*copy);
            return;
        }
        return set(place, true);
    }
}

inline void MessageMutator::set(const Place& place, bool append) {
    google::protobuf::Message* message = place.message;
    const google::protobuf::FieldDescriptor* field = place.field;
    const google::protobuf::Reflection& reflection = *message->GetReflection();
    switch (field->cpp_type()) {
    case google::protobuf::FieldDescriptor::CPPTYPE_INT32:
        append ? reflection.AddInt32(message, field, static_cast<std::int32_t>(integer()))
               : reflection.SetInt32(message, field, static_cast<std::int32_t>(integer()));
        return;
    case google::protobuf::FieldDescriptor::CPPTYPE_INT64:
        append ? reflection.AddInt64(message, field, integer()) : reflection.SetInt64(message, field, integer());
        return;
    case google::protobuf::FieldDescriptor::CPPTYPE_UINT32:
        append ? reflection.AddUInt32(message, field, static_cast<std::uint32_t>(integer()))
               : reflection.SetUInt32(message, field, static_cast<std::uint32_t>(integer()));
        return;
    case google::protobuf::FieldDescriptor::CPPTYPE_UINT64:
        append ? reflection.AddUInt64(message, field, static_cast<std::uint64_t>(integer()))
               : reflection.SetUInt64(message, field, static_cast<std::uint64_t>(integer()));
        return;
    case google::protobuf::FieldDescriptor::CPPTYPE_DOUBLE:
        append ? reflection.AddDouble(message, field, real()) : reflection.SetDouble(message, field, real());
        return;
    case google::protobuf::FieldDescriptor::CPPTYPE_FLOAT:
        append ? reflection.AddFloat(message, field, static_cast<float>(real()))
               : reflection.SetFloat(message, field, static_cast<float>(real()));
        return;
    case google::protobuf::FieldDescriptor::CPPTYPE_BOOL:
        append ? reflection.AddBool(message, field, below(2) == 0) : reflection.SetBool(message, field, below(2) == 0);
        return;
    case google::protobuf::FieldDescriptor::CPPTYPE_ENUM:
        append ? reflection.AddEnumValue(message, field, static_cast<int>(integer()))
               : reflection.SetEnumValue(message, field, static_cast<int>(integer()));
        return;
    case google::protobuf::FieldDescriptor::CPPTYPE_STRING: {
        const bool isText = field->type() == google::protobuf::FieldDescriptor::TYPE_STRING;
        const int size = append ? reflection.FieldSize(*message, field) : 0;
        if (append && size > 0 && below(2) == 0) { // spoil one that is there
            const int at = static_cast<int>(below(static_cast<std::size_t>(size)));
            const std::string was = reflection.GetRepeatedString(*message, field, at);
            return reflection.SetRepeatedString(message, field, at, isText ? text(was) : blob(was));
        }
        if (append) {
            return reflection.AddString(message, field, isText ? text("") : blob(""));
        }
        const std::string was = reflection.GetString(*message, field);
        return reflection.SetString(message, field, isText ? text(was) : blob(was));
    }
    case google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE: {
        google::protobuf::Message* inner =
            append ? reflection.AddMessage(message, field) : reflection.MutableMessage(message, field);
        mutate(*inner, 2);
        return;
    }
    }
}

inline std::string MessageMutator::text(const std::string& was) {
    switch (below(8)) {
    case 0:
        return was + kNastyTexts[below(kNastyTexts.size())];
    case 1:
        return std::string(below(3000), 'n');
    default:
        return kNastyTexts[below(kNastyTexts.size())];
    }
}

inline std::string MessageMutator::blob(std::string was) {
    switch (below(5)) {
    case 0:
        return was.substr(0, below(was.size() + 1));
    case 1:
        return was + std::string(1 + below(9), '\x7f');
    case 2:
        std::fill(was.begin(), was.end(), '\xff'); // NaN in every floating type
        return was;
    default:
        mutate(was, 1);
        return was;
    }
}

inline std::int64_t MessageMutator::integer() {
    return kNastyIntegers[below(kNastyIntegers.size())];
}

inline double MessageMutator::real() {
    constexpr std::array<double, 6> values = {0.0,  -1.5,   std::numeric_limits<double>::infinity(),
                                              1e39, 5e-324, std::numeric_limits<double>::quiet_NaN()};
    return values[below(values.size())];
}

inline void MessageMutator::mutate(std::string& bytes, int times) {
    for (int i = 0; i < times; ++i) {
        const std::size_t at = below(bytes.size() + 1);
        switch (below(6)) {
        case 0:
            bytes.insert(at, 1 + below(8), static_cast<char>(below(256)));
            break;
        case 1:
            bytes.erase(at, 1 + below(8));
            break;
        case 2:
            bytes.resize(at);
            break;
        case 3: // a length or a number that never ends, or is huge
            bytes.insert(at, "\xff\xff\xff\xff\x0f");
            break;
        case 4:
            bytes.insert(at, bytes.substr(below(bytes.size() + 1), below(64)));
            break;
        default:
            if (at < bytes.size()) {
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
            }
        }
    }
}

} // namespace gnomon::test
