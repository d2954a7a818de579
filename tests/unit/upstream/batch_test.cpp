// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/batch.h"
#include "tests/support/await_run.h"

#include <gtest/gtest.h>

#include <random>

namespace gnomon::upstream {
namespace {

using test::floats;

TensorSet set(std::vector<Tensor> tensors) {
    return makeTensorSet(std::move(tensors));
}

TEST(Batch, rowsAreTheCommonFirstDimension) {
    EXPECT_EQ(rowsOf(set({floats("a", {2, 1}, {1, 2}), floats("b", {2}, {1, 2})})), 2);
    EXPECT_FALSE(rowsOf(set({floats("a", {2}, {1, 2}), floats("b", {1}, {1})})));
    EXPECT_FALSE(rowsOf(set({floats("a", {}, {1})})));
    EXPECT_FALSE(rowsOf(set({floats("a", {0, 3}, {})})));
    EXPECT_FALSE(rowsOf(set({})));
}

TEST(Batch, onlyEqualShapesAreJoined) {
    const TensorSet a = set({floats("a", {1, 2}, {1, 2})});
    EXPECT_TRUE(canJoin(a, set({floats("a", {3, 2}, {1, 2, 3, 4, 5, 6})})));
    EXPECT_FALSE(canJoin(a, set({floats("b", {1, 2}, {1, 2})})));
    EXPECT_FALSE(canJoin(a, set({floats("a", {1, 3}, {1, 2, 3})})));
    EXPECT_FALSE(canJoin(a, set({floats("a", {1}, {1})})));
    EXPECT_FALSE(canJoin(a, set({floats("a", {1, 2}, {1, 2}), floats("b", {1}, {1})})));
    EXPECT_FALSE(canJoin(a, set({Tensor{"a", DataType::Int32, {1, 2}, Bytes(8)}})));
}

// Whatever the requests, splitting what was joined gives them back.
TEST(Batch, splitUndoesJoin) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::vector<TensorSet> requests;
        std::vector<std::vector<Tensor>> originals;
        std::vector<std::int64_t> rows;
        for (unsigned i = 0; i < 1 + random() % 5; ++i) {
            const std::int64_t count = 1 + static_cast<std::int64_t>(random() % 4);
            Tensor numbers =
                floats("n", {count, 3}, std::vector<float>(static_cast<std::size_t>(count) * 3, static_cast<float>(i)));
            Tensor texts{"t", DataType::ByteString, {count, 2}, {}};
            for (std::int64_t element = 0; element < count * 2; ++element) {
                const auto length = static_cast<std::uint8_t>(random() % 5);
                texts.data.insert(texts.data.end(), {length, 0, 0, 0});
                texts.data.insert(texts.data.end(), length, static_cast<std::uint8_t>(random()));
            }
            rows.push_back(count);
            originals.push_back({numbers, texts});
            requests.push_back(set(originals.back()));
        }
        const auto parts = splitRows(joinRows(requests), rows);
        ASSERT_TRUE(parts);
        for (std::size_t i = 0; i < originals.size(); ++i) {
            EXPECT_EQ(copyTensors((*parts)[i]), originals[i]);
        }
    }
}

TEST(Batch, answerWithoutARowPerRowIsNotSplit) {
    EXPECT_FALSE(splitRows(set({floats("y", {1}, {1})}), {1, 1}));
    EXPECT_FALSE(splitRows(set({floats("y", {}, {1})}), {1}));
    EXPECT_FALSE(splitRows(set({Tensor{"t", DataType::ByteString, {2}, {1, 0, 0, 0, 'a', 9}}}), {1, 1}));
}

TEST(Batch, answersAreComparedWithRoomForRounding) {
    const TensorSet a = set({floats("y", {2}, {1.0F, 2.0F})});
    EXPECT_TRUE(sameAnswers(a, set({floats("y", {2}, {1.00001F, 2.0F})})));
    EXPECT_FALSE(sameAnswers(a, set({floats("y", {2}, {1.01F, 2.0F})})));
    EXPECT_FALSE(sameAnswers(a, set({floats("y", {1}, {1.0F})})));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(sameAnswers(set({floats("y", {1}, {nan})}), set({floats("y", {1}, {nan})})));
    EXPECT_FALSE(sameAnswers(set({Tensor{"y", DataType::Int64, {1}, {1, 0, 0, 0, 0, 0, 0, 0}}}),
                             set({Tensor{"y", DataType::Int64, {1}, {2, 0, 0, 0, 0, 0, 0, 0}}})));
}

} // namespace
} // namespace gnomon::upstream
