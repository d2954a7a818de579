// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QTimer>

#include "backend/domain/comparison.h"
#include "ui/bridge/request.h"
#include "ui/models/comparison_background.h"
#include "ui/views/shell/screen.h"

#include <map>
#include <optional>
#include <utility>

class QScrollArea;

namespace gnomon::ui {

class Card;
class ChartDeck;
class ChartPanel;
class CompareHeader;
class MatrixView;
class PairPane;
class RequestPane;
class StatePane;
class TextLabel;
class TransitionModel;
class VerdictPanel;

// Shadow against production on the same requests: which of the two to keep, and why.
class CompareScreen final : public Screen {
    Q_OBJECT
public:
    explicit CompareScreen(const ConsoleContext& context, QWidget* parent = nullptr);

    void refresh() override;
    void focusFilter() override;
    QList<Command> commands() override;
    QList<KeyHelp> keys() const override;

    const std::optional<Comparison>& comparison() const { return m_comparison; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    // What the screen asks for. Another one of these is another call to action.
    struct Call {
        ExperimentId experiment;
        Verdict verdict = Verdict::CannotTellYet;
        std::optional<VersionNumber> rollBack;

        bool operator==(const Call&) const = default;
    };

    QWidget* makeBody();
    Card* makeMatrixCard();
    void connectParts();
    void follow();
    void followSession(NodeSession* session);
    void fetch();
    void take(const Result<Comparison>& answer);
    void showComparison();
    void showVerdict();
    void showDeployment();
    Call call() const;
    void setWatching(bool watching);
    void showFreshness();
    void showFailure(const Error& error);
    void showUncompared();
    void showNothing(const QString& sentence);
    void showPair();
    void drillBucket(double until);
    void shadeTimeFilter();
    void poll();
    void askWhy();
    void closeSheet();
    void startExperiment(NodeSession* session, const EndpointName& endpoint, const QString& reason);
    void askForExperiment();
    void askForChange(ChangeKind kind);
    void askToStopShadow();
    void askForRollback();
    void focusPane(int number);
    void showTop();
    void reveal(QWidget* pane);
    bool mayChange() const;

    QPointer<NodeSession> m_session;
    QPointer<QWidget> m_sheet; // about what is selected now, while it is open
    EndpointName m_endpoint;
    std::optional<Comparison> m_comparison;
    ComparisonBackground m_background;
    // What somebody keeps watching, by profile and endpoint: the call to action that is not made again.
    std::map<std::pair<std::string, EndpointName>, Call> m_watched;
    Request m_request;
    Request m_starting;
    QTimer m_poll;
    QTimer m_pairDelay;
    int m_polls = 0;
    CompareHeader* m_header;
    VerdictPanel* m_verdict;
    ChartPanel* m_agreement;
    ChartPanel* m_latency;
    ChartPanel* m_scores;
    ChartPanel* m_difference;
    ChartDeck* m_deck;
    TransitionModel* m_transitions;
    MatrixView* m_matrix;
    TextLabel* m_flips;
    RequestPane* m_requests;
    PairPane* m_pair;
    StatePane* m_pane;
    QScrollArea* m_scroll = nullptr;
};

ScreenEntry compareScreen();

} // namespace gnomon::ui
