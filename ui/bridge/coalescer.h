// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>

namespace gnomon::ui {

// How often what shows the whole fleet is made anew, however many nodes speak.
constexpr std::chrono::milliseconds kFleetCadence{250};
// The same, for what seldom changes: which endpoints there are.
constexpr std::chrono::milliseconds kNamesCadence{1000};

// Runs something when it is asked to: at once, but never more often than the interval; what is asked for meanwhile
// runs once, when the interval is over. GUI thread only.
class Coalescer final : public QObject {
    Q_OBJECT
public:
    Coalescer(std::chrono::milliseconds interval, std::function<void()> work, QObject* parent = nullptr);

    void ask();

private:
    void run();

    const std::function<void()> m_work;
    QTimer m_pause;
    bool m_asked = false; // during the pause
};

} // namespace gnomon::ui
