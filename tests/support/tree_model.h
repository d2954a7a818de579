// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tiny_onnx.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace gnomon::test {

inline constexpr int kTreeFeatures = 30;

// The size of model that tabular services really have: 200 trees of depth 3 over 30 features, "features" FP32 [N, 30]
// to "label" INT64 [N] and "probabilities" FP32 [N, 2]. The thresholds are drawn from a standard normal, as are rows
// that are meant to take every path.
class TreeModel {
public:
    static std::string file(int trees = 200) {
        TreeModel model;
        for (int tree = 0; tree < trees; ++tree) {
            model.addTree(tree);
        }
        const std::string attributes =
            integers("nodes_treeids", model.m_trees) + integers("nodes_nodeids", model.m_nodes) +
            integers("nodes_featureids", model.m_features) + floats("nodes_values", model.m_thresholds) +
            texts("nodes_modes", model.m_modes) + integers("nodes_truenodeids", model.m_yes) +
            integers("nodes_falsenodeids", model.m_no) + integers("class_treeids", model.m_leafTrees) +
            integers("class_nodeids", model.m_leaves) +
            integers("class_ids", std::vector<std::int64_t>(model.m_leaves.size(), 0)) +
            floats("class_weights", model.m_weights) + integers("classlabels_int64s", {0, 1}) +
            attribute("post_transform", TinyOnnx::bytes(4, "LOGISTIC"), 3);
        return TinyOnnx()
            .add(TinyOnnx::node("TreeEnsembleClassifier", {"features"}, {"label", "probabilities"}, attributes,
                                "ai.onnx.ml"))
            .input(TinyOnnx::value("features", TinyOnnx::Float, {-1, kTreeFeatures}))
            .output(TinyOnnx::value("label", TinyOnnx::Int64, {-1}))
            .output(TinyOnnx::value("probabilities", TinyOnnx::Float, {-1, 2}))
            .file();
    }

private:
    // Seven splits and eight leaves, numbered level by level.
    void addTree(int tree) {
        for (int node = 0; node < 15; ++node) {
            const bool leaf = node >= 7;
            m_trees.push_back(tree);
            m_nodes.push_back(node);
            m_features.push_back(leaf ? 0 : static_cast<std::int64_t>(m_random() % kTreeFeatures));
            m_thresholds.push_back(leaf ? 0.0F : m_normal(m_random));
            m_modes.emplace_back(leaf ? "LEAF" : "BRANCH_LEQ");
            m_yes.push_back(leaf ? 0 : 2 * node + 1);
            m_no.push_back(leaf ? 0 : 2 * node + 2);
            if (leaf) {
                m_leafTrees.push_back(tree);
                m_leaves.push_back(node);
                m_weights.push_back(0.05F * m_normal(m_random));
            }
        }
    }

    // AttributeProto: name, value, type.
    static std::string attribute(const std::string& name, const std::string& value, std::uint64_t type) {
        return TinyOnnx::bytes(5, TinyOnnx::bytes(1, name) + value + TinyOnnx::number(20, type));
    }
    static std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
        std::string all;
        for (const std::int64_t value : values) {
            all += TinyOnnx::number(8, static_cast<std::uint64_t>(value));
        }
        return attribute(name, all, 7);
    }
    static std::string floats(const std::string& name, const std::vector<float>& values) {
        std::string packed(values.size() * sizeof(float), '\0');
        std::memcpy(packed.data(), values.data(), packed.size());
        return attribute(name, TinyOnnx::bytes(7, packed), 6);
    }
    static std::string texts(const std::string& name, const std::vector<std::string>& values) {
        std::string all;
        for (const std::string& value : values) {
            all += TinyOnnx::bytes(9, value);
        }
        return attribute(name, all, 8);
    }

    std::mt19937 m_random{7};
    std::normal_distribution<float> m_normal;
    std::vector<std::int64_t> m_trees, m_nodes, m_features, m_yes, m_no, m_leafTrees, m_leaves;
    std::vector<float> m_thresholds, m_weights;
    std::vector<std::string> m_modes;
};

// TreeModel's interface, and a loop that has no end inside.
inline std::string hangingTreeModel() {
    const std::string axis =
        TinyOnnx::bytes(5, TinyOnnx::bytes(1, "axis") + TinyOnnx::number(3, 1) + TinyOnnx::number(20, 2));
    const std::string flat =
        TinyOnnx::bytes(5, TinyOnnx::bytes(1, "keepdims") + TinyOnnx::number(3, 0) + TinyOnnx::number(20, 2));
    return TinyOnnx()
        .addEndlessLoop("features", "same", {-1, kTreeFeatures})
        .add(TinyOnnx::node("MatMul", {"same", "weights"}, {"probabilities"}))
        .add(TinyOnnx::node("ArgMax", {"probabilities"}, {"label"}, axis + flat))
        .initializer(
            TinyOnnx::tensor("weights", TinyOnnx::Float, {kTreeFeatures, 2}, std::string(kTreeFeatures * 8, '\0')))
        .input(TinyOnnx::value("features", TinyOnnx::Float, {-1, kTreeFeatures}))
        .output(TinyOnnx::value("label", TinyOnnx::Int64, {-1}))
        .output(TinyOnnx::value("probabilities", TinyOnnx::Float, {-1, 2}))
        .file();
}

} // namespace gnomon::test
