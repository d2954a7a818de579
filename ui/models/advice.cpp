// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/advice.h"

#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/format.h"

#include <QCoreApplication>
#include <QStringList>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kManySubstitutions = 0.05;

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::Advice", text);
}

bool found(const Comparison& c, std::string_view aspect, Verdict verdict) {
    return aspectVerdict(c, aspect) == verdict;
}

bool answersDiffer(const Comparison& c) {
    return c.verdict == Verdict::Different || found(c, "decisions", Verdict::Different) ||
           found(c, "scores", Verdict::Different);
}

// How the versions stand to each other, whatever the verdict is.
class Case {
public:
    Case(const Comparison& c, const Background& b) : m_c(c), m_b(b), m_record(b.record ? &*b.record : nullptr) {}

    Advice advice() const {
        Advice advice;
        if (accused()) {
            advice.rollBack = m_record->elder;
        }
        advice.action = action();
        QStringList grounds{serviceText(), earlierText(), substitutionText(), modeText()};
        grounds.removeAll(QString());
        advice.grounds = grounds.join(u' ');
        return advice;
    }

private:
    bool newcomer() const { return m_record != nullptr && m_record->newcomer(); }

    // The shadow differed from the elder as much: this difference did not come with the newcomer.
    bool differedBefore() const {
        const auto share = earlierShare();
        return share && *share >= 1 - m_c.agreementInterval.high && *share > m_c.margin;
    }

    // Something speaks against the newcomer that did not speak against what served before it.
    bool accused() const {
        return newcomer() && ((answersDiffer(m_c) && !differedBefore()) || found(m_c, "errors", Verdict::Better) ||
                              m_b.substitutionShare >= kManySubstitutions);
    }

    std::optional<double> earlierShare() const {
        return m_b.earlier && !shadowIsElder() ? m_b.earlier->share() : std::nullopt;
    }

    bool shadowIsElder() const { return m_record->elder && m_record->elder->version == m_c.shadow; }

    QString action() const {
        const QString v1 = versionText(m_c.production);
        const QString v2 = versionText(m_c.shadow);
        if (accused()) {
            return tr("Roll back to %1, then compare %2 as a shadow.").arg(versionText(m_record->elder->version), v1);
        }
        if (m_b.mode != Mode::Production) {
            return m_b.mode == Mode::Fallback ? tr("The fallback answers; %1 waits.").arg(v1)
                                              : tr("Nothing answers; %1 waits.").arg(v1);
        }
        switch (m_c.verdict) {
        case Verdict::Equivalent:
            return tr("Either may serve, so %1 can stay.").arg(v1);
        case Verdict::Different:
            return m_record == nullptr ? tr("Neither is known to be right.")
                   : newcomer()        ? tr("Keep %1 until more is known.").arg(v1)
                                       : tr("Keep %1 until it is known why.").arg(v1);
        case Verdict::Worse:
            return tr("Keep %1.").arg(v1);
        case Verdict::Better:
            return tr("%1 may take over.").arg(v2);
        case Verdict::Conflicting:
            return tr("Keep %1 until more is known.").arg(v1);
        case Verdict::CannotTellYet:
            return newcomer() ? tr("Keep %1, and watch it.").arg(v1) : tr("Keep %1 until more is known.").arg(v1);
        }
        return {};
    }

    QString serviceText() const {
        if (m_record == nullptr) {
            return {};
        }
        const QString v1 = versionText(m_c.production);
        const QString v2 = versionText(m_c.shadow);
        if (newcomer()) {
            const QString elder = shadowIsElder() ? tr("%1, now the shadow,") : tr("%1");
            return tr("%1 is the newcomer: %2; %3 served before it, for %4.")
                .arg(v1, arrivalText(), elder.arg(versionText(m_record->elder->version)),
                     durationText(m_record->elder->served));
        }
        const QString served = durationText(m_record->production.served);
        return m_record->shadow ? tr("%1 has served for %2 in all, %3 for %4.")
                                      .arg(v1, served, v2, durationText(m_record->shadow->served))
                                : tr("%1 has served for %2; %3 never has.").arg(v1, served, v2);
    }

    QString arrivalText() const {
        const Generation& arrival = m_record->arrival;
        const QString text =
            tr("%1 %2 by %3")
                .arg(changeWord(arrival.kind).toLower(), agoText(m_record->sinceArrival), actorText(arrival.actor));
        return arrival.reason.empty()
                   ? text
                   : tr("%1 (“%2”)").arg(text, QString::fromStdString(printable(arrival.reason, 80)));
    }

    QString earlierText() const {
        if (!newcomer() || !earlierShare()) {
            return {};
        }
        const QString v1 = versionText(m_record->elder->version);
        const QString v2 = versionText(m_c.shadow);
        const QString text = tr("Before, %1 and %2 differed in %3 of %4 requests")
                                 .arg(v1, v2, shareText(*earlierShare()), countText(m_b.earlier->pairs));
        if (differedBefore()) {
            return text + tr(": the difference did not come with %1.").arg(versionText(m_c.production));
        }
        return text + u'.';
    }

    QString substitutionText() const {
        if (m_b.mode != Mode::Production || m_b.substitutionShare <= 0) {
            return {};
        }
        QString text = tr("In the last minute the fallback answered %1 of the calls for %2")
                           .arg(shareText(m_b.substitutionShare), versionText(m_c.production));
        if (!m_b.substitutionReason.empty()) {
            text += u": "_s + QString::fromStdString(printable(m_b.substitutionReason, 120));
        }
        return text + u'.';
    }

    QString modeText() const {
        return m_b.mode == Mode::Production || !accused() ? QString()
               : m_b.mode == Mode::Fallback               ? tr("For now the fallback answers.")
                                                          : tr("For now nothing answers.");
    }

    const Comparison& m_c;
    const Background& m_b;
    const ServiceRecord* m_record;
};

} // namespace

Advice adviceOn(const Comparison& comparison, const Background& background) {
    return Case(comparison, background).advice();
}

} // namespace gnomon::ui
