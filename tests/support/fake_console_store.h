// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/console_store.h"
#include "tests/support/fake_node_data.h"

#include <map>

namespace gnomon::test {

// Connects when the console starts.
inline port::ConnectionProfile profileNamed(const std::string& name) {
    port::ConnectionProfile profile;
    profile.id = fakeId(name);
    profile.name = name;
    profile.address = "127.0.0.1:7443";
    profile.connectAtStart = true;
    return profile;
}

// A console's memory that forgets everything when it goes. failWith makes every call fail.
class FakeConsoleStore final : public port::ConsoleStore {
public:
    std::vector<port::ConnectionProfile> stored;
    std::map<std::string, std::string> settings;
    std::map<std::string, port::PinnedCheckpoint> pins;
    std::optional<Error> failWith;

    Result<std::vector<port::ConnectionProfile>> profiles() override {
        if (failWith) {
            return *failWith;
        }
        return stored;
    }
    Status saveProfile(const port::ConnectionProfile& profile) override {
        if (failWith) {
            return *failWith;
        }
        for (port::ConnectionProfile& existing : stored) {
            if (existing.id == profile.id) {
                existing = profile;
                return {};
            }
        }
        stored.push_back(profile);
        return {};
    }
    Status removeProfile(const std::string& id) override {
        if (failWith) {
            return *failWith;
        }
        std::erase_if(stored, [&](const auto& profile) { return profile.id == id; });
        return {};
    }
    Result<std::optional<port::PinnedCheckpoint>> pinned(const std::string& origin) override {
        if (failWith) {
            return *failWith;
        }
        const auto found = pins.find(origin);
        return found == pins.end() ? std::nullopt : std::optional(found->second);
    }
    Status pin(const port::PinnedCheckpoint& pin) override {
        const auto found = pins.find(pin.origin);
        if (found != pins.end() && pin.checkpoint.size < found->second.checkpoint.size) {
            return Error{ErrorCode::FailedPrecondition, "the log of " + pin.origin + " shrank"};
        }
        pins[pin.origin] = pin;
        return {};
    }
    Result<std::string> setting(const std::string& key) override {
        const auto found = settings.find(key);
        return found == settings.end() ? std::string() : found->second;
    }
    Status setSetting(const std::string& key, const std::string& value) override {
        settings[key] = value;
        return {};
    }
};

} // namespace gnomon::test
