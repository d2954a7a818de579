// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/tensor.h"

namespace gnomon {

// InvalidArgument, with both numbers, unless the bytes are exactly `count` elements of the type in the layout of
// TensorView, to the last byte. Everything that comes from outside passes here before an element of it is read.
Status checkData(DataType type, std::int64_t count, ByteView data);

} // namespace gnomon
