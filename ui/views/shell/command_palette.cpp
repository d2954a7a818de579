// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/shell/command_palette.h"

#include "ui/models/fuzzy.h"
#include "ui/widgets/icons.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>
#include <vector>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kHintRole = Qt::UserRole;
constexpr int kCommandRole = Qt::UserRole + 1;

// The command on the left, its hint muted on the right.
class CommandDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const theme::Colors& colors = colorsOf(option.palette);
        if ((option.state & QStyle::State_Selected) != 0) {
            painter->fillRect(option.rect, colorOf(colors.selection));
        }
        const int pad = px(option.fontMetrics, theme::kDistances.medium);
        const QRect inner = option.rect.adjusted(pad, 0, -pad, 0);
        const QString hint = index.data(kHintRole).toString();
        painter->setFont(option.font);
        painter->setPen(colorOf(colors.muted));
        painter->drawText(inner, Qt::AlignRight | Qt::AlignVCenter, hint);
        const QRect left = inner.adjusted(0, 0, -option.fontMetrics.horizontalAdvance(hint) - pad, 0);
        painter->setPen(colorOf(colors.text));
        painter->drawText(left, Qt::AlignLeft | Qt::AlignVCenter,
                          option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, left.width()));
    }
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {0, px(option.fontMetrics, theme::kDistances.row)};
    }
};

} // namespace

CommandPalette::CommandPalette(QList<Command> commands, QWidget* parent)
    : Panel(parent), m_commands(std::move(commands)), m_field(new QLineEdit(this)), m_list(new QListWidget(this)) {
    setObjectName(u"commandPalette"_s);
    m_field->setObjectName(u"paletteField"_s);
    m_field->setPlaceholderText(tr("Go to a screen or an endpoint, or run a command"));
    m_field->setAccessibleName(tr("Command"));
    m_field->addAction(lineIcon(u"search"_s), QLineEdit::LeadingPosition);
    m_field->installEventFilter(this);
    m_list->setObjectName(u"paletteList"_s);
    m_list->setAccessibleName(tr("Commands"));
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus); // arrows go through the field
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* column = new QVBoxLayout(this);
    const int pad = px(this, theme::kDistances.small);
    column->setContentsMargins(pad, pad, pad, pad);
    column->setSpacing(pad);
    column->addWidget(m_field);
    column->addWidget(m_list);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_field, &QLineEdit::returnPressed, this, &CommandPalette::choose);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::choose);
    filter({});
}

QSize CommandPalette::sizeHint() const {
    return {px(this, 38), px(this, 26)};
}

void CommandPalette::setCommands(QList<Command> commands) {
    const bool same = std::ranges::equal(m_commands, commands, {}, &Command::text, &Command::text);
    m_commands = std::move(commands);
    if (same) {
        return; // the rows name them by their place
    }
    const QString selected = m_list->currentItem()->text();
    filter(m_field->text());
    if (const auto found = m_list->findItems(selected, Qt::MatchExactly); !found.isEmpty()) {
        m_list->setCurrentItem(found.front());
    }
}

void CommandPalette::filter(const QString& pattern) {
    std::vector<std::pair<int, qsizetype>> ranked;
    for (qsizetype i = 0; i < m_commands.size(); ++i) {
        if (const auto score = fuzzyScore(pattern, m_commands[i].text)) {
            ranked.emplace_back(-*score, i);
        }
    }
    if (!pattern.trimmed().isEmpty()) {
        std::ranges::stable_sort(ranked, {}, &std::pair<int, qsizetype>::first);
    }
    m_list->clear();
    for (const auto& [score, i] : ranked) {
        auto* item = new QListWidgetItem(m_commands[i].text, m_list);
        item->setData(kHintRole, m_commands[i].hint);
        item->setData(kCommandRole, i);
    }
    if (ranked.empty()) {
        auto* none = new QListWidgetItem(tr("Nothing here is called that."), m_list);
        none->setFlags(Qt::NoItemFlags);
    }
    m_list->setCurrentRow(0);
}

void CommandPalette::choose() {
    const QListWidgetItem* item = m_list->currentItem();
    if (item != nullptr && item->data(kCommandRole).isValid()) {
        Q_EMIT chosen(m_commands[item->data(kCommandRole).value<qsizetype>()]);
    }
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_field || event->type() != QEvent::KeyPress) {
        return false;
    }
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        QCoreApplication::sendEvent(m_list, event);
        return true;
    default:
        return false;
    }
}

} // namespace gnomon::ui
