// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/console/view.h"

#include "ui/bridge/node_session.h"
#include "ui/models/audit_model.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QScrollBar>
#include <QTableView>

#include <algorithm>
#include <vector>

namespace gnomon::bench {

namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr int kRuns = 5;

class AuditView {
public:
    explicit AuditView(app::Console& console) : m_window(console.window()) {}

    bool open() {
        m_window.showScreen(QStringLiteral("audit"));
        m_table = m_window.findChild<QTableView*>(QStringLiteral("auditTable"));
        m_model = m_table == nullptr ? nullptr : qobject_cast<ui::AuditModel*>(m_table->model());
        return m_model != nullptr && ready();
    }
    bool ready() {
        return runUntil([this] { return m_model->load() == ui::EvidenceTable::Load::Ready && m_model->rowCount() > 0; },
                        kPatience);
    }

    // Three rows a step to the end of what the list holds, as pages come in: each step with everything that the
    // console does meanwhile.
    std::vector<double> scroll() {
        std::vector<double> frames;
        QScrollBar* bar = m_table->verticalScrollBar();
        while (frames.size() < 2000) {
            const auto start = Steady::now();
            bar->setValue(std::min(bar->value() + 3, bar->maximum()));
            m_table->viewport()->repaint();
            QCoreApplication::processEvents();
            frames.push_back(msSince(start));
            if (bar->value() == bar->maximum() &&
                !runUntil([&] { return bar->maximum() > bar->value(); }, std::chrono::seconds(2))) {
                break;
            }
        }
        return frames;
    }

    // From the choice to the first page of what it matches on screen.
    double filterMs(const std::function<void()>& choose) {
        const auto start = Steady::now();
        bool asked = false;
        const auto connection = QObject::connect(m_model, &ui::EvidenceTable::loadChanged, m_model, [&] {
            asked = asked || m_model->load() == ui::EvidenceTable::Load::Loading;
        });
        choose();
        const bool came =
            runUntil([&] { return asked && m_model->load() == ui::EvidenceTable::Load::Ready; }, kPatience);
        QObject::disconnect(connection);
        m_table->viewport()->repaint();
        const double took = msSince(start);
        runFor(std::chrono::milliseconds(300));
        return came ? took : -1;
    }

    double choiceMs(const char* name, int choice) {
        auto* box = m_window.findChild<QComboBox*>(QString::fromLatin1(name));
        return back([=] { box->setCurrentIndex(choice); }, [=] { box->setCurrentIndex(0); });
    }
    double checkMs(const char* name) {
        auto* box = m_window.findChild<QCheckBox*>(QString::fromLatin1(name));
        return back([=] { box->toggle(); }, [=] { box->toggle(); });
    }
    double typedMs(const char* name, const char* text) {
        auto* field = m_window.findChild<QLineEdit*>(QString::fromLatin1(name));
        return back([=] { field->setText(QString::fromLatin1(text)); }, [=] { field->clear(); });
    }

private:
    double back(const std::function<void()>& there, const std::function<void()>& again) {
        std::vector<double> took;
        for (int i = 0; i < kRuns; ++i) {
            took.push_back(filterMs(there));
            filterMs(again);
        }
        std::sort(took.begin(), took.end());
        return took.front() < 0 ? 1e9 : took[kRuns / 2];
    }

    ui::MainWindow& m_window;
    QTableView* m_table = nullptr;
    ui::AuditModel* m_model = nullptr;
};

} // namespace

nlohmann::json measureAudit(app::Console& console) {
    const auto live = [&] {
        const auto sessions = console.fleet().sessions();
        return !sessions.empty() && sessions.front()->freshness() == ui::Freshness::Live;
    };
    if (!runUntil(live, kPatience)) {
        return {};
    }
    const ui::NodeSession* session = console.fleet().sessions().front();
    console.selection().select(session->profile().id, EndpointName("spam-filter"));
    AuditView view(console);
    if (!view.open()) {
        return {};
    }
    std::vector<double> frames = view.scroll();
    std::sort(frames.begin(), frames.end());
    const double chosen = std::max({view.choiceMs("auditWhat", 4), view.choiceMs("auditResult", 2),
                                    view.choiceMs("auditObject", 1), view.checkMs("auditHumans")});
    const double typed = std::max(view.typedMs("auditWords", "wrong"), view.typedMs("auditWho", "cleo"));
    return {{"frames", frames.size()},
            {"worst_frame_ms", frames.back()},
            {"p99_frame_ms", frames[frames.size() * 99 / 100]},
            {"median_frame_ms", frames[frames.size() / 2]},
            {"filter_ms", chosen},
            {"filter_typed_ms", typed}};
}

} // namespace gnomon::bench
