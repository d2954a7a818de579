// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/failure.h"

#include "backend/base/bytes.h"

#include <QRegularExpression>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

QString sentenceOf(const std::string& message) {
    // What a peer wrote is shown, never trusted: no control characters, no bidirectional tricks.
    QString text = QString::fromStdString(printable(message, 600));
    if (text.isEmpty()) {
        return text;
    }
    if (text.size() < 2 || !text[1].isDigit()) { // a version's name keeps its small letter
        text[0] = text[0].toUpper();
    }
    // The node writes times for machines; people read them as everywhere else here.
    static const QRegularExpression kTime(u"(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d:\\d\\d:\\d\\d)(\\.\\d+)?Z"_s);
    text.replace(kTime, u"\\1 \\2 UTC"_s);
    return text.endsWith(u'.') || text.endsWith(u'!') || text.endsWith(u'?') ? text : QString(text + u'.');
}

Failure failureOf(const Error& error, const QString& effect) {
    Failure failure;
    failure.cause = sentenceOf(error.message);
    failure.effect = effect;
    failure.remedy = sentenceOf(error.remedy);
    failure.details = QString::fromLatin1(codeName(error.code)) + u": "_s + failure.cause;
    if (!error.field.empty()) {
        failure.details += u"\nfield: "_s + sentenceOf(error.field);
    }
    if (!failure.remedy.isEmpty()) {
        failure.details += u'\n' + failure.remedy;
    }
    return failure;
}

} // namespace gnomon::ui
