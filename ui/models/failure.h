// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/base/result.h"

namespace gnomon::ui {

// Something went wrong, in words: what, what it means for the person, what can be done.
struct Failure {
    QString cause;
    QString effect;
    QString remedy;
    QString details; // for Copy details
};

// effect: what the person cannot see or do because of it.
Failure failureOf(const Error& error, const QString& effect = {});

// The error's message as a sentence: capital letter, full stop.
QString sentenceOf(const std::string& message);

} // namespace gnomon::ui
