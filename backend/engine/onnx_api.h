// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The one way in which this folder includes the runtime: no calls before OnnxLibrary::open() set its interface.
#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>

#include "backend/base/bytes.h"
#include "backend/base/result.h"
#include "backend/engine/onnx_library.h"

namespace gnomon::engine {

// The environment that sessions are made in. REQUIRES: library came from OnnxLibrary::open().
Ort::Env& environmentOf(OnnxLibrary& library);

// What the runtime said, on one line and safe to print.
std::string reasonOf(const std::exception& exception);

} // namespace gnomon::engine
