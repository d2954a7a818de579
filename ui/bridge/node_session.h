// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

#include "backend/base/clock.h"
#include "backend/port/console_store.h"
#include "backend/port/node_gateway.h"
#include "ui/bridge/relay.h"
#include "ui/bridge/request.h"

#include <chrono>
#include <memory>
#include <optional>

namespace gnomon::ui {

class Job;

// Whether what is on screen is how the node is now.
enum class Freshness {
    Unknown, // nothing was ever heard
    Live,    // connected, and heard within kStaleAfter
    Stale,   // what is known is old; it has an age
};

// Three missed heartbeats, of which a node sends one a second, and one more for a busy machine. A connection that is
// known to be lost makes stale at once.
constexpr std::chrono::seconds kStaleAfter{4};

// One node as the console sees it: its link, its latest snapshot and its verbs. GUI thread only; the gateway's threads
// reach it through the Relay alone. Updates are coalesced to 10 a second. An answer is only given while its Request is
// held. The session owns the gateway and closes it first when destroyed.
class NodeSession final : public QObject {
    Q_OBJECT
public:
    // clock must outlive the session.
    NodeSession(port::ConnectionProfile profile, std::unique_ptr<port::NodeGateway> gateway, const Clock& clock,
                QObject* parent = nullptr);
    ~NodeSession() override;

    void open();
    void retryNow();

    const port::ConnectionProfile& profile() const { return m_profile; }
    QString name() const { return QString::fromStdString(m_profile.name); }
    const port::LinkStatus& link() const { return m_link; }
    // Once known; kept over a loss.
    const std::optional<NodeInfo>& node() const { return m_link.node; }
    // The newest snapshot, whatever its age; null before the first one and after the node was replaced.
    const NodeUpdate* latest() const { return m_latest.get(); }
    // The same, to keep: a snapshot never changes, a newer one takes its place.
    const std::shared_ptr<const NodeUpdate>& sharedLatest() const { return m_latest; }
    const EndpointSnapshot* endpoint(const EndpointName& name) const;

    Freshness freshness() const { return m_freshness; }
    // Since the node was last heard; absent when it never was.
    std::optional<std::chrono::milliseconds> age() const;
    // When it was last heard, by this machine's clock.
    std::optional<WallTime> lastHeard() const { return m_heardWall; }
    // Until the next try; absent unless the link is waiting.
    std::optional<std::chrono::milliseconds> retryIn() const;
    // This clock minus the node's, when the newest snapshot came; absent before it.
    std::optional<std::chrono::milliseconds> clockSkew() const { return m_skew; }

    // Re-judges freshness by the link and the clock. Also called once a second by the fleet.
    void tick();

    // Verbs. Hold what they return for as long as the answer matters.
    Request getNode(Reply<NodeInfo> reply);
    Request whoAmI(Reply<Principal> reply);
    Request listGenerations(const EndpointName& endpoint, Reply<std::vector<Generation>> reply);
    Request planChange(const ChangeRequest& request, Reply<PlanPreview> reply);
    Request executePlan(const ExecuteRequest& request, Reply<ChangeOutcome> reply);
    Request watchEffect(const EndpointName& endpoint, GenerationNumber generation, std::chrono::milliseconds wait,
                        Reply<EffectProof> reply);
    Request getComparison(const EndpointName& endpoint, Reply<Comparison> reply);
    Request startExperiment(const EndpointName& endpoint, const std::string& reason, Reply<Comparison> reply);
    Request listExchanges(const ExchangeFilter& filter, Reply<ExchangePage> reply);
    Request getExchange(const ExchangeId& id, Reply<port::ExchangeDetail> reply);
    Request searchAudit(const AuditFilter& filter, Reply<AuditPage> reply);
    Request proveRecord(Seq seq, Reply<ProvenRecord> reply);
    Request getCheckpoint(Reply<Checkpoint> reply);
    Request proveConsistency(std::uint64_t oldSize, std::uint64_t newSize, Reply<ConsistencyProof> reply);
    // Writes the whole log to a file, off the GUI thread. The file appears only when it is complete. The caller owns
    // the job; it may outlive the session, which then ends it.
    std::unique_ptr<Job> exportAudit(const QString& path);

Q_SIGNALS:
    void linkChanged();
    void updated();          // a new snapshot, at most 10 a second
    void freshnessChanged(); // became live, stale or unknown
    void nodeRestarted();    // same node, new boot id
    void nodeReplaced();     // another node answers at this address; the old snapshot is gone

private:
    struct Mailbox;
    template <class T, class Start>
    Request start(Reply<T> reply, Start&& begin);
    void takeLink(const port::LinkStatus& status);
    void collect();
    void deliver();

    const port::ConnectionProfile m_profile;
    const Clock& m_clock;
    std::shared_ptr<Relay> m_relay;     // shared with pending callbacks
    std::shared_ptr<Mailbox> m_mailbox; // shared with the Watch callbacks
    std::unique_ptr<port::NodeGateway> m_gateway;
    QTimer m_coalesce;
    QTimer m_silence; // runs out when the newest snapshot is kStaleAfter old
    port::LinkStatus m_link;
    std::shared_ptr<const NodeUpdate> m_latest;
    std::optional<MonoTime> m_heard;
    std::optional<WallTime> m_heardWall;
    std::optional<std::chrono::milliseconds> m_skew;
    Freshness m_freshness = Freshness::Unknown;
};

} // namespace gnomon::ui
