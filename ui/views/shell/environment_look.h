// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/console_store.h"
#include "ui/widgets/environment_stripe.h"

namespace gnomon::ui {

inline EnvironmentLook lookOf(port::EnvironmentClass environment) {
    switch (environment) {
    case port::EnvironmentClass::Production:
        return EnvironmentLook::Production;
    case port::EnvironmentClass::Test:
        return EnvironmentLook::Test;
    case port::EnvironmentClass::Practice:
        return EnvironmentLook::Practice;
    }
    return EnvironmentLook::None;
}

} // namespace gnomon::ui
