// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "backend/domain/comparison.h"

#include <vector>

namespace gnomon::ui {

// What each aspect came to, one line each: shape, aspect and finding.
class ReasonList final : public QWidget {
    Q_OBJECT
public:
    explicit ReasonList(QWidget* parent = nullptr);

    void setReasons(const std::vector<VerdictReason>& reasons);
    QString text() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int lineHeight() const;

    std::vector<VerdictReason> m_reasons;
};

} // namespace gnomon::ui
