// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace gnomon::ui {

// What a pane shows in place of its content: an icon, one sentence, at most two lines beneath and at most two buttons.
class PanePage final : public QWidget {
    Q_OBJECT
public:
    explicit PanePage(QWidget* parent = nullptr);
    void setPage(const QString& icon, const QString& title, const QString& body, const QString& action,
                 const QString& details);
    QString text() const;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void actionClicked();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitTexts();

    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_body;
    QPushButton* m_action;
    QPushButton* m_copy;
    QString m_details;
};

} // namespace gnomon::ui
