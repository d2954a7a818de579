// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTimeZone>

#include "backend/base/clock.h"
#include "backend/domain/tensor.h"

namespace gnomon::ui {

// "182 440", with narrow no-break spaces.
QString countText(quint64 n);
// A share as per cent with as many decimals as keep it from reading 0 or 100 when it is not: "3.9 %", "0.04 %".
QString shareText(double share);
// The number alone, to stand in "3.7 to 4.1 %".
QString shareNumber(double share);
// To two significant digits, or one of the rest up to 100: "0.028 %", "34 %", "99.97 %". For the ends of ranges.
QString roughShareText(double share);
// Without trailing zeros, for what was chosen and not measured: "0.5 %".
QString roundShareText(double share);
// Signed: "+0.0312".
QString differenceText(double difference);
QString scoreText(double score);
// "850 µs", "4.1 ms", "1.5 s".
QString latencyText(double seconds);
// "1.8×".
QString timesText(double factor);
// "2026-03-01 14:02:11 UTC" and "14:02:11 UTC".
QString stampText(WallTime time, const QTimeZone& zone = QTimeZone::utc());
// "14:02:11", where the zone is named elsewhere.
QString clockTextBare(WallTime time, const QTimeZone& zone);
QString clockText(WallTime time, const QTimeZone& zone = QTimeZone::utc());
// "9c1e44…", the first hexadecimal digits.
QString shortDigest(const Digest& digest, int digits = 8);
// The elements of a tensor, at most `most` of them: "0.12, 0.88".
QString tensorText(const Tensor& tensor, int most = 12);
// "FP32 1×8".
QString shapeText(const Tensor& tensor);

} // namespace gnomon::ui
