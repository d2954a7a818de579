// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/exchange_pair.h"

#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/exchange_words.h"

#include <algorithm>
#include <set>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

const std::vector<Tensor>* outputsOf(const ExchangePayload& payload, const Leg* leg) {
    if (leg == nullptr) {
        return nullptr;
    }
    const std::string name = "v" + std::to_string(leg->version.value);
    for (const auto& [version, tensors] : payload.outputs) {
        if (version == name) {
            return &tensors;
        }
    }
    return nullptr;
}

const Tensor* tensorNamed(const std::vector<Tensor>* tensors, const std::string& name) {
    if (tensors != nullptr) {
        for (const Tensor& tensor : *tensors) {
            if (tensor.name == name) {
                return &tensor;
            }
        }
    }
    return nullptr;
}

QString valueOf(const Tensor* tensor) {
    return tensor == nullptr ? u"–"_s : tensorText(*tensor);
}

} // namespace

void ExchangePairModel::setDetail(const port::ExchangeDetail& detail) {
    beginResetModel();
    m_rows.clear();
    addLegs(detail.exchange);
    if (detail.payload) {
        addPayload(*detail.payload, detail.exchange);
    }
    endResetModel();
}

void ExchangePairModel::clear() {
    beginResetModel();
    m_rows.clear();
    m_productionTitle.clear();
    m_shadowTitle.clear();
    endResetModel();
}

void ExchangePairModel::addLegs(const Exchange& exchange) {
    const Leg* production = productionLeg(exchange);
    const Leg* shadow = shadowLeg(exchange);
    const auto title = [](const Leg* leg, const QString& role) {
        return leg == nullptr || leg->version.value == 0 ? role : QString(role + u' ' + versionText(leg->version));
    };
    m_productionTitle = title(production, tr("Production"));
    m_shadowTitle = title(shadow, tr("Shadow"));
    const auto row = [&](const QString& field, auto text) {
        m_rows.append({field, production ? text(*production) : u"–"_s, shadow ? text(*shadow) : u"–"_s, false, false});
    };
    row(tr("Decision"), [](const Leg& leg) { return decisionText(&leg); });
    row(tr("Score"), [](const Leg& leg) { return leg.score ? scoreText(*leg.score) : u"–"_s; });
    row(tr("Latency"), [](const Leg& leg) {
        const QString text = latencyText(static_cast<double>(leg.latency.count()) / 1e9);
        return leg.single ? text : QString(text + tr(" (in a batch)"));
    });
    m_rows.back().compared = false;
    if ((production && !production->error.empty()) || (shadow && !shadow->error.empty())) {
        row(tr("Error"), [](const Leg& leg) { return QString::fromStdString(leg.error); });
    }
}

void ExchangePairModel::addPayload(const ExchangePayload& payload, const Exchange& exchange) {
    const auto* left = outputsOf(payload, productionLeg(exchange));
    const auto* right = outputsOf(payload, shadowLeg(exchange));
    std::set<std::string> names;
    for (const auto* side : {left, right}) {
        if (side != nullptr) {
            std::ranges::transform(*side, std::inserter(names, names.end()), &Tensor::name);
        }
    }
    if (!names.empty()) {
        m_rows.append({tr("Outputs"), {}, {}, true, false});
    }
    for (const std::string& name : names) {
        m_rows.append({QString::fromStdString(name), valueOf(tensorNamed(left, name)),
                       valueOf(tensorNamed(right, name)), false, false});
    }
    if (!payload.inputs.empty()) {
        m_rows.append({tr("Inputs, the same for both"), {}, {}, true, false});
    }
    for (const Tensor& input : payload.inputs) {
        m_rows.append({QString::fromStdString(input.name), tensorText(input, 64), shapeText(input), false, true});
    }
}

QString ExchangePairModel::asText() const {
    QStringList lines{u"\t"_s + m_productionTitle + u'\t' + m_shadowTitle};
    for (const Row& row : m_rows) {
        lines.append(row.field + u'\t' + row.production + u'\t' + row.shadow);
    }
    return lines.join(u'\n');
}

int ExchangePairModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ExchangePairModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ExchangePairModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const Row& row = m_rows[index.row()];
    const bool differs = !row.group && !row.shared && row.compared && row.production != row.shadow;
    const QString text = index.column() == FieldColumn        ? row.field
                         : index.column() == ProductionColumn ? row.production
                                                              : row.shadow;
    switch (role) {
    case Qt::DisplayRole:
        return text;
    case ToneRole:
        return index.column() == ShadowColumn && differs ? QVariant::fromValue(CellTone::Act) : QVariant();
    case MutedRole:
        return index.column() == FieldColumn;
    case Qt::AccessibleTextRole:
        return index.column() == ShadowColumn && differs ? tr("%1, differs").arg(text) : text;
    case Qt::ToolTipRole:
        return text;
    case DiffersRole:
        return differs;
    case HeadingRole:
        return row.group;
    case SharedRole:
        return row.shared;
    default:
        return {};
    }
}

QVariant ExchangePairModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case FieldColumn:
        return tr("Field");
    case ProductionColumn:
        return m_productionTitle.isEmpty() ? tr("Production") : m_productionTitle;
    case ShadowColumn:
        return m_shadowTitle.isEmpty() ? tr("Shadow") : m_shadowTitle;
    default:
        return {};
    }
}

} // namespace gnomon::ui
