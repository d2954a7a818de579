// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/node_session.h"

#include "ui/bridge/audit_export.h"
#include "ui/bridge/job.h"

#include <QThread>

#include <utility>

namespace gnomon::ui {

namespace {

constexpr std::chrono::milliseconds kUpdateInterval{100};

template <class T>
struct CallState final : Request::State {
    void forget() override { handler = nullptr; }
    Reply<T> handler; // GUI thread only
};

} // namespace

// Holds the newest snapshot until the GUI thread takes it; older ones are overwritten, never queued.
struct NodeSession::Mailbox {
    struct Letter {
        NodeUpdate update;
        MonoTime heard;
        WallTime heardWall;
    };
    Mutex mutex;
    std::optional<Letter> newest GUARDED_BY(mutex);

    // True when the box was empty, so that somebody must be told.
    bool put(Letter letter) EXCLUDES(mutex) {
        const MutexLock lock(mutex);
        const bool wasEmpty = !newest.has_value();
        newest = std::move(letter);
        return wasEmpty;
    }
    std::optional<Letter> take() EXCLUDES(mutex) {
        const MutexLock lock(mutex);
        return std::exchange(newest, std::nullopt);
    }
};

NodeSession::NodeSession(port::ConnectionProfile profile, std::unique_ptr<port::NodeGateway> gateway,
                         const Clock& clock, QObject* parent)
    : QObject(parent), m_profile(std::move(profile)), m_clock(clock), m_relay(std::make_shared<Relay>(this)),
      m_mailbox(std::make_shared<Mailbox>()), m_gateway(std::move(gateway)) {
    m_coalesce.setSingleShot(true);
    m_coalesce.setInterval(kUpdateInterval);
    connect(&m_coalesce, &QTimer::timeout, this, &NodeSession::deliver);
    m_silence.setSingleShot(true);
    m_silence.setTimerType(Qt::PreciseTimer); // a coarse one may run out too early, and then says nothing
    m_silence.setInterval(kStaleAfter);
    connect(&m_silence, &QTimer::timeout, this, &NodeSession::tick);
}

NodeSession::~NodeSession() {
    m_relay->close();
    m_gateway->close();
}

void NodeSession::open() {
    port::WatchEvents events;
    events.linkChanged = [this, relay = m_relay](const port::LinkStatus& status) {
        relay->post([this, status] { takeLink(status); });
    };
    events.updated = [this, relay = m_relay, mailbox = m_mailbox, &clock = m_clock](const NodeUpdate& update) {
        if (mailbox->put({update, clock.monoNow(), clock.wallNow()})) {
            relay->post([this] { collect(); });
        }
    };
    m_gateway->open(std::move(events));
}

void NodeSession::retryNow() {
    m_gateway->retryNow();
}

const EndpointSnapshot* NodeSession::endpoint(const EndpointName& name) const {
    if (m_latest) {
        for (const EndpointSnapshot& snapshot : m_latest->endpoints) {
            if (snapshot.settings.name == name) {
                return &snapshot;
            }
        }
    }
    return nullptr;
}

std::optional<std::chrono::milliseconds> NodeSession::age() const {
    if (!m_heard) {
        return std::nullopt;
    }
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monoNow() - *m_heard);
    return std::max(age, std::chrono::milliseconds{0});
}

std::optional<std::chrono::milliseconds> NodeSession::retryIn() const {
    if (m_link.state != port::LinkState::Waiting) {
        return std::nullopt;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(m_link.retryAt - m_clock.monoNow());
    return std::max(left, std::chrono::milliseconds{0});
}

void NodeSession::tick() {
    const auto now = age();
    const bool connected = m_link.state == port::LinkState::Live;
    const Freshness judged = !m_latest || !now                 ? Freshness::Unknown
                             : connected && *now < kStaleAfter ? Freshness::Live
                                                               : Freshness::Stale;
    if (judged != m_freshness) {
        m_freshness = judged;
        Q_EMIT freshnessChanged();
    }
}

void NodeSession::takeLink(const port::LinkStatus& status) {
    Q_ASSERT(thread() == QThread::currentThread());
    auto known = std::move(m_link.node);
    m_link = status;
    if (!m_link.node) {
        m_link.node = std::move(known);
    }
    if (status.replaced) {
        m_latest.reset();
        m_heard.reset();
        m_heardWall.reset();
        m_skew.reset();
    }
    tick(); // before anybody looks: what is live has a snapshot
    Q_EMIT linkChanged();
    if (status.replaced) {
        Q_EMIT nodeReplaced();
    } else if (status.restarted) {
        Q_EMIT nodeRestarted();
    }
}

// The first snapshot after a pause is shown at once; those that follow within the interval wait for its end.
void NodeSession::collect() {
    if (!m_coalesce.isActive()) {
        deliver();
    }
}

void NodeSession::deliver() {
    Q_ASSERT(thread() == QThread::currentThread());
    auto letter = m_mailbox->take();
    if (!letter) {
        return;
    }
    m_coalesce.start();
    m_silence.start();
    m_latest = std::make_shared<const NodeUpdate>(std::move(letter->update));
    m_heard = letter->heard;
    m_heardWall = letter->heardWall;
    m_skew = std::chrono::duration_cast<std::chrono::milliseconds>(letter->heardWall - m_latest->stamp.serverTime);
    tick();
    Q_EMIT updated();
}

template <class T, class Start>
Request NodeSession::start(Reply<T> reply, Start&& begin) {
    Q_ASSERT(thread() == QThread::currentThread());
    auto state = std::make_shared<CallState<T>>();
    state->handler = std::move(reply);
    begin(state->stop.get_token(), [relay = m_relay, state](Result<T> result) {
        relay->post([state, result = std::move(result)] {
            if (state->pending) {
                state->pending = false;
                const auto handler = std::exchange(state->handler, nullptr);
                handler(result);
            }
        });
    });
    return Request(std::move(state));
}

Request NodeSession::getNode(Reply<NodeInfo> reply) {
    return start(std::move(reply), [&](auto stop, auto done) { m_gateway->getNode(stop, std::move(done)); });
}

Request NodeSession::whoAmI(Reply<Principal> reply) {
    return start(std::move(reply), [&](auto stop, auto done) { m_gateway->whoAmI(stop, std::move(done)); });
}

Request NodeSession::listGenerations(const EndpointName& name, Reply<std::vector<Generation>> reply) {
    return start(std::move(reply),
                 [&](auto stop, auto done) { m_gateway->listGenerations(name, stop, std::move(done)); });
}

Request NodeSession::planChange(const ChangeRequest& request, Reply<PlanPreview> reply) {
    return start(std::move(reply),
                 [&](auto stop, auto done) { m_gateway->planChange(request, stop, std::move(done)); });
}

Request NodeSession::executePlan(const ExecuteRequest& request, Reply<ChangeOutcome> reply) {
    return start(std::move(reply),
                 [&](auto stop, auto done) { m_gateway->executePlan(request, stop, std::move(done)); });
}

Request NodeSession::watchEffect(const EndpointName& name, GenerationNumber generation, std::chrono::milliseconds wait,
                                 Reply<EffectProof> reply) {
    return start(std::move(reply),
                 [&](auto stop, auto done) { m_gateway->watchEffect(name, generation, wait, stop, std::move(done)); });
}

Request NodeSession::getComparison(const EndpointName& name, Reply<Comparison> reply) {
    return start(std::move(reply),
                 [&](auto stop, auto done) { m_gateway->getComparison(name, stop, std::move(done)); });
}

Request NodeSession::startExperiment(const EndpointName& name, const std::string& reason, Reply<Comparison> reply) {
    return start(std::move(reply),
                 [&](auto stop, auto done) { m_gateway->startExperiment(name, reason, stop, std::move(done)); });
}

Request NodeSession::listExchanges(const ExchangeFilter& filter, Reply<ExchangePage> reply) {
    return start(std::move(reply),
                 [&](auto stop, auto done) { m_gateway->listExchanges(filter, stop, std::move(done)); });
}

Request NodeSession::getExchange(const ExchangeId& id, Reply<port::ExchangeDetail> reply) {
    return start(std::move(reply), [&](auto stop, auto done) { m_gateway->getExchange(id, stop, std::move(done)); });
}

Request NodeSession::searchAudit(const AuditFilter& filter, Reply<AuditPage> reply) {
    return start(std::move(reply),
                 [&](auto stop, auto done) { m_gateway->searchAudit(filter, stop, std::move(done)); });
}

Request NodeSession::proveRecord(Seq seq, Reply<ProvenRecord> reply) {
    return start(std::move(reply), [&](auto stop, auto done) { m_gateway->proveRecord(seq, stop, std::move(done)); });
}

Request NodeSession::getCheckpoint(Reply<Checkpoint> reply) {
    return start(std::move(reply), [&](auto stop, auto done) { m_gateway->getCheckpoint(stop, std::move(done)); });
}

Request NodeSession::proveConsistency(std::uint64_t oldSize, std::uint64_t newSize, Reply<ConsistencyProof> reply) {
    return start(std::move(reply),
                 [&](auto stop, auto done) { m_gateway->proveConsistency(oldSize, newSize, stop, std::move(done)); });
}

std::unique_ptr<Job> NodeSession::exportAudit(const QString& path) {
    auto job = std::make_unique<Job>(tr("Export of the audit trail of %1").arg(name()));
    connect(this, &QObject::destroyed, job.get(), &Job::cancel);
    m_gateway->exportAudit(job->stopToken(), auditExportTo(path, job->reporter()));
    return job;
}

} // namespace gnomon::ui
