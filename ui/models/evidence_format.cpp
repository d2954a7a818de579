// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/evidence_format.h"

#include <QDateTime>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString significant(double value, int digits) {
    if (value == 0 || !std::isfinite(value)) {
        return QString::number(value);
    }
    const int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-12));
    return QString::number(value, 'f', std::clamp(decimals, 0, 9));
}

QString byteStringElements(const Tensor& tensor, qsizetype most) {
    QStringList parts;
    std::size_t at = 0;
    while (at + 4 <= tensor.data.size() && parts.size() < most) {
        std::uint32_t size = 0;
        std::memcpy(&size, tensor.data.data() + at, 4);
        at += 4;
        if (size > tensor.data.size() - at) {
            break;
        }
        const std::string_view text(reinterpret_cast<const char*>(tensor.data.data()) + at, size);
        parts.append(u'"' + QString::fromStdString(printable(text, 60)) + u'"');
        at += size;
    }
    return parts.join(u", "_s) + (at < tensor.data.size() ? u", …"_s : QString());
}

} // namespace

QString countText(quint64 n) {
    QString digits = QString::number(n);
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3) {
        digits.insert(at, QChar(0x202F));
    }
    return digits;
}

QString shareNumber(double share) {
    const double percent = share * 100;
    const double rest = std::min(std::abs(percent), std::abs(100 - percent));
    const int decimals = rest == 0 ? 0 : std::clamp(1 - static_cast<int>(std::floor(std::log10(rest))), 1, 4);
    return QString::number(percent, 'f', decimals);
}

QString shareText(double share) {
    return shareNumber(share) + u"\u00A0%"_s;
}

QString roughShareText(double share) {
    const double percent = share * 100;
    const double rest = std::min(std::abs(percent), std::abs(100 - percent));
    const int decimals = rest == 0 ? 0 : std::clamp(1 - static_cast<int>(std::floor(std::log10(rest))), 0, 4);
    return QString::number(percent, 'f', decimals) + u"\u00A0%"_s;
}

QString roundShareText(double share) {
    return QString::number(share * 100, 'g', 6) + u"\u00A0%"_s;
}

QString differenceText(double difference) {
    QString text = QString::number(std::abs(difference), 'f', std::abs(difference) < 0.1 ? 4 : 3);
    return (difference < 0 ? QChar(0x2212) : QChar(u'+')) + text;
}

QString scoreText(double score) {
    return QString::number(score, 'f', 3);
}

QString latencyText(double seconds) {
    if (seconds >= 0.9995) {
        return significant(seconds, 2) + u"\u00A0s"_s;
    }
    if (seconds >= 0.0009995) {
        return significant(seconds * 1e3, 2) + u"\u00A0ms"_s;
    }
    return significant(seconds * 1e6, 2) + u"\u00A0µs"_s;
}

QString timesText(double factor) {
    return QString::number(factor, 'f', factor < 10 ? 1 : 0) + u'×';
}

QString stampText(WallTime time, const QTimeZone& zone) {
    const auto at = QDateTime::fromMSecsSinceEpoch(
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count(), zone);
    return at.toString(u"yyyy-MM-dd HH:mm:ss "_s) + zone.abbreviation(at);
}

QString clockText(WallTime time, const QTimeZone& zone) {
    return stampText(time, zone).mid(11);
}

QString clockTextBare(WallTime time, const QTimeZone& zone) {
    return stampText(time, zone).mid(11, 8);
}

QString shortDigest(const Digest& digest, int digits) {
    return QString::fromStdString(toHex(digest)).left(digits) + u'…';
}

QString tensorText(const Tensor& tensor, int most) {
    if (tensor.type == DataType::ByteString) {
        return byteStringElements(tensor, most);
    }
    const Result<std::int64_t> count = elementCount(tensor.shape);
    if (!count.ok() || static_cast<std::size_t>(*count) * elementSize(tensor.type) != tensor.data.size()) {
        return u"?"_s; // a peer's payload whose size does not match its shape
    }
    const TensorView view{tensor.name, tensor.type, tensor.shape, tensor.data};
    QStringList parts;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(*count, most); ++i) {
        parts.append(QString::number(elementAsDouble(view, i), 'g', 4));
    }
    return parts.join(u", "_s) + (*count > most ? u", …"_s : QString());
}

QString shapeText(const Tensor& tensor) {
    QStringList sizes;
    for (const std::int64_t size : tensor.shape) {
        sizes.append(QString::number(size));
    }
    return QString::fromUtf8(dataTypeName(tensor.type)) + u' ' + sizes.join(u'×');
}

} // namespace gnomon::ui
