// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/lane.h"

#include <gtest/gtest.h>

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <thread>

namespace gnomon::engine {
namespace {

using namespace std::chrono_literals;

// What became of one submitted task.
struct Probe {
    std::promise<std::string> ended; // "worked", or the code it was given up with
    std::future<std::string> end = ended.get_future();
    std::promise<void> stopped;
    std::atomic<bool> wasStopped = false;
};

MonoTime soon() {
    return std::chrono::steady_clock::now() + 1min;
}

Lane::Task taskFor(
    const std::shared_ptr<Probe>& probe, std::function<void()> body = [] {}, MonoTime deadline = soon()) {
    return {deadline,
            [probe, body] {
                body();
                probe->ended.set_value("worked");
            },
            [probe] {
                if (!probe->wasStopped.exchange(true)) {
                    probe->stopped.set_value();
                }
            },
            [probe](Error error) { probe->ended.set_value(codeName(error.code)); }};
}

std::shared_ptr<Probe> submit(
    Lane& lane, std::function<void()> body = [] {}, MonoTime deadline = soon()) {
    auto probe = std::make_shared<Probe>();
    (void)lane.submit(taskFor(probe, std::move(body), deadline));
    return probe;
}

// A task that runs until it is released.
struct Blocker {
    std::shared_ptr<Probe> probe = std::make_shared<Probe>();
    std::shared_ptr<std::promise<pid_t>> started = std::make_shared<std::promise<pid_t>>();
    std::shared_ptr<std::promise<void>> release = std::make_shared<std::promise<void>>();
    std::shared_ptr<Lane::Ticket> ticket;

    explicit Blocker(Lane& lane) {
        ticket = lane.submit(taskFor(probe, [s = started, r = release] {
            s->set_value(::gettid());
            r->get_future().wait();
        }));
    }
    pid_t awaitStart() { return started->get_future().get(); } // its thread
};

TEST(Lane, everyTaskIsWorkedOnce) {
    for (const unsigned threads : {1U, 4U}) {
        Lane lane({"test", threads, 1000});
        std::atomic<int> worked = 0;
        std::vector<std::shared_ptr<Probe>> probes;
        for (int i = 0; i < 500; ++i) {
            probes.push_back(submit(lane, [&] { ++worked; }));
        }
        for (const auto& probe : probes) {
            EXPECT_EQ(probe->end.get(), "worked");
        }
        EXPECT_EQ(worked, 500);
    }
}

TEST(Lane, usesAsManyThreadsAsItMay) {
    Lane lane({"test", 3});
    std::latch together(3);
    std::vector<std::shared_ptr<Probe>> probes;
    for (int i = 0; i < 3; ++i) {
        probes.push_back(submit(lane, [&] { together.arrive_and_wait(); }));
    }
    for (const auto& probe : probes) {
        EXPECT_EQ(probe->end.get(), "worked");
    }
}

TEST(Lane, lateTaskIsGivenUp) {
    Lane lane({"test", 1});
    EXPECT_EQ(submit(
                  lane, [] {}, std::chrono::steady_clock::now() - 1ms)
                  ->end.get(),
              "DEADLINE_EXCEEDED");
}

TEST(Lane, fullQueueRefuses) {
    Lane lane({"test", 1, 1});
    Blocker blocker(lane);
    blocker.awaitStart();
    const auto queued = submit(lane);
    EXPECT_EQ(submit(lane)->end.get(), "RESOURCE_EXHAUSTED");
    blocker.release->set_value();
    EXPECT_EQ(queued->end.get(), "worked");
}

TEST(Lane, lateTasksMakeRoomInAFullQueue) {
    Lane lane({"test", 1, 1});
    Blocker blocker(lane);
    blocker.awaitStart();
    const auto late = submit(
        lane, [] {}, std::chrono::steady_clock::now() - 1ms);
    const auto next = submit(lane);
    EXPECT_EQ(late->end.get(), "DEADLINE_EXCEEDED");
    blocker.release->set_value();
    EXPECT_EQ(next->end.get(), "worked");
}

TEST(Lane, abandonedRunIsReplacedAtOnce) {
    Lane lane({"test", 1});
    Blocker blocker(lane);
    blocker.awaitStart();
    const auto waiting = submit(lane);
    blocker.ticket->abandon();
    EXPECT_EQ(waiting->end.get(), "worked"); // while the abandoned one still runs
    blocker.probe->stopped.get_future().wait();
    EXPECT_EQ(submit(lane)->end.get(), "worked");
    blocker.release->set_value();
    EXPECT_EQ(blocker.probe->end.get(), "worked");
}

TEST(Lane, onlyAnAbandonedRunThatGoesOnLosesTheProcessor) {
    Lane lane({"test", 1});
    Blocker blocker(lane);
    const pid_t thread = blocker.awaitStart();
    const int ordinary = ::sched_getscheduler(0);
    blocker.ticket->demote();
    EXPECT_EQ(::sched_getscheduler(thread), ordinary) << "somebody waits for it";
    blocker.ticket->abandon();
    EXPECT_EQ(::sched_getscheduler(thread), ordinary) << "it may stop by itself";
    blocker.ticket->demote();
    EXPECT_EQ(::sched_getscheduler(thread), SCHED_IDLE);
    blocker.release->set_value();
    EXPECT_EQ(blocker.probe->end.get(), "worked");
    blocker.ticket->demote(); // there is nothing left to demote
}

TEST(Lane, abandonedThreadLeavesWhenItsRunEnds) {
    Lane lane({"test", 1, 16, 1});
    for (int i = 0; i < 20; ++i) { // more often than abandoned runs are tolerated at one time
        Blocker blocker(lane);
        blocker.awaitStart();
        blocker.ticket->abandon();
        blocker.release->set_value();
        EXPECT_EQ(blocker.probe->end.get(), "worked");
        std::string end;
        do { // until the thread has left
            end = submit(lane)->end.get();
        } while (end == "RESOURCE_EXHAUSTED");
        EXPECT_EQ(end, "worked");
    }
}

TEST(Lane, tooManyAbandonedRunsCloseIt) {
    Lane lane({"test", 1, 16, 1});
    Blocker blocker(lane);
    blocker.awaitStart();
    blocker.ticket->abandon();
    EXPECT_EQ(submit(lane)->end.get(), "RESOURCE_EXHAUSTED");
    blocker.release->set_value();
}

TEST(Lane, abandonedTaskInTheQueueIsCancelled) {
    Lane lane({"test", 1});
    Blocker blocker(lane);
    blocker.awaitStart();
    const auto probe = std::make_shared<Probe>();
    const auto ticket = lane.submit(taskFor(probe));
    ticket->abandon();
    ticket->abandon();
    EXPECT_EQ(probe->end.get(), "CANCELLED");
    blocker.release->set_value();
}

TEST(Lane, destructorCancelsTheQueueAndStopsWhatRuns) {
    const auto running = std::make_shared<Probe>();
    std::shared_ptr<Probe> queued;
    {
        Lane lane({"test", 1});
        std::promise<void> started;
        (void)lane.submit(taskFor(running, [&started, running] {
            started.set_value();
            running->stopped.get_future().wait(); // ends only when it is told to
        }));
        started.get_future().wait();
        queued = submit(lane);
    }
    EXPECT_EQ(queued->end.get(), "CANCELLED");
    EXPECT_EQ(running->end.get(), "worked");
}

TEST(Lane, itsThreadsAloneYieldToOthers) {
    const int base = ::getpriority(PRIO_PROCESS, 0);
    Lane lane({.name = "test", .niceness = 10});
    int there = 0;
    const auto probe = submit(lane, [&there] { there = ::getpriority(PRIO_PROCESS, 0); });
    EXPECT_EQ(probe->end.get(), "worked");
    EXPECT_EQ(there, std::max(base, 10)) << "never less than all the others do";
    EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), base);
}

TEST(Lane, whatOutrunsItsSliceLosesTheProcessorAndTheNextHasAFreshThread) {
    const int ordinary = ::sched_getscheduler(0);
    Lane lane({.name = "test", .slice = 5ms});
    for (int round = 0; round < 3; ++round) { // also after the watch has gone to sleep
        pid_t slow = 0;
        int policy = ordinary;
        const auto outruns = submit(lane, [&] {
            slow = ::gettid();
            for (const MonoTime most = soon(); policy == ordinary && std::chrono::steady_clock::now() < most;) {
                std::this_thread::sleep_for(1ms); // until it is noticed
                policy = ::sched_getscheduler(0);
            }
        });
        const auto next = submit(lane, [&] {
            EXPECT_NE(::gettid(), slow);
            EXPECT_EQ(::sched_getscheduler(0), ordinary);
        });
        EXPECT_EQ(outruns->end.get(), "worked");
        EXPECT_EQ(next->end.get(), "worked") << "it waited in the queue";
        EXPECT_EQ(policy, SCHED_IDLE);
        std::this_thread::sleep_for(20ms);
    }
}

TEST(Lane, whatBeginsBesideOneThatOutranItsSliceHasNoSliceOfItsOwn) {
    const int ordinary = ::sched_getscheduler(0);
    Lane lane({.name = "test", .threads = 2, .slice = 5ms});
    std::promise<void> outran;
    std::promise<void> release;
    const auto slow = submit(lane, [&] {
        for (const MonoTime most = soon();
             ::sched_getscheduler(0) == ordinary && std::chrono::steady_clock::now() < most;) {
            std::this_thread::sleep_for(1ms); // until it is noticed
        }
        outran.set_value();
        release.get_future().wait();
    });
    outran.get_future().wait();
    int policy = ordinary;
    EXPECT_EQ(submit(lane, [&] { policy = ::sched_getscheduler(0); })->end.get(), "worked");
    EXPECT_EQ(policy, SCHED_IDLE);
    release.set_value();
    EXPECT_EQ(slow->end.get(), "worked");
    do { // until its thread has left the task
        EXPECT_EQ(submit(lane, [&] { policy = ::sched_getscheduler(0); })->end.get(), "worked");
    } while (policy != ordinary);
}

TEST(Lane, destructorLeavesBehindWhatNeverEnds) {
    std::shared_ptr<std::promise<void>> release;
    std::shared_ptr<Probe> probe;
    {
        Lane lane({.name = "test", .queued = 16, .grace = 1ms});
        Blocker blocker(lane);
        blocker.awaitStart();
        release = blocker.release;
        probe = blocker.probe;
    }
    release->set_value(); // the state it uses is still there
    EXPECT_EQ(probe->end.get(), "worked");
}

TEST(Lane, lastReferenceMayGoOnItsOwnThread) {
    auto lane = std::make_shared<Lane>(Lane::Options{"test", 2});
    std::promise<void> gone;
    Lane* raw = lane.get();
    (void)raw->submit({soon(),
                       [&gone, held = std::move(lane)]() mutable {
                           held.reset();
                           gone.set_value();
                       },
                       [] {}, [](Error) {}});
    gone.get_future().wait();
}

TEST(Lane, ticketDoesNotKeepWhatItsTaskHeld) {
    Lane lane({"test", 1});
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = held;
    std::promise<void> worked;
    const auto ticket =
        lane.submit({soon(), [held = std::move(held), &worked] { worked.set_value(); }, [] {}, [](Error) {}});
    worked.get_future().wait();
    submit(lane)->end.get(); // the thread has moved on
    EXPECT_TRUE(watch.expired());
}

} // namespace
} // namespace gnomon::engine
