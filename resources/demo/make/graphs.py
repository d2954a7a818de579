# SPDX-License-Identifier: GPL-3.0-or-later
"""scikit-learn models as ONNX graphs, written by hand: Debian 12 has no converter.

Every graph has one input, features FP32 [n, columns], and two outputs, label INT64 [n] and probabilities FP32 [n, 2].
"""
import numpy as np
from onnx import TensorProto, checker, helper


def _model(node, columns, description):
    graph = helper.make_graph(
        [node],
        "gnomon_demo",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, columns])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]),
        ],
    )
    opsets = [helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 1)]
    model = helper.make_model(graph, opset_imports=opsets, producer_name="gnomon-demo", doc_string=description)
    model.ir_version = 8
    checker.check_model(model)
    return model.SerializeToString()


def linear(weights, intercept, description):
    """Logistic regression; both classes get a row because the operator answers one column per row."""
    weights = np.asarray(weights, np.float64)
    node = helper.make_node(
        "LinearClassifier",
        ["features"],
        ["label", "probabilities"],
        domain="ai.onnx.ml",
        classlabels_ints=[0, 1],
        post_transform="LOGISTIC",
        coefficients=[float(w) for w in np.concatenate([-weights, weights])],
        intercepts=[-float(intercept), float(intercept)],
    )
    return _model(node, len(weights), description)


def _at_most(threshold):
    """The largest float32 <= threshold: scikit-learn compares float32 x <= float64 threshold, the operator compares
    two float32, and rounding the threshold up would move rows that lie exactly on it."""
    rounded = np.float32(threshold)
    if float(rounded) > threshold:
        rounded = np.nextafter(rounded, np.float32(-np.inf))
    return float(rounded)


def boosted_trees(classifier, base, columns, description):
    """A binary GradientBoostingClassifier whose constant start is the log-odds base."""
    nodes = {key: [] for key in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")}
    leaves = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    for number, estimator in enumerate(classifier.estimators_[:, 0]):
        tree = estimator.tree_
        for i in range(tree.node_count):
            leaf = tree.children_left[i] == -1
            nodes["treeids"].append(number)
            nodes["nodeids"].append(i)
            nodes["featureids"].append(0 if leaf else int(tree.feature[i]))
            nodes["values"].append(0.0 if leaf else _at_most(tree.threshold[i]))
            nodes["modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            nodes["truenodeids"].append(0 if leaf else int(tree.children_left[i]))
            nodes["falsenodeids"].append(0 if leaf else int(tree.children_right[i]))
            if leaf:
                leaves["treeids"].append(number)
                leaves["nodeids"].append(i)
                leaves["ids"].append(0)
                leaves["weights"].append(float(classifier.learning_rate * tree.value[i, 0, 0]))
    node = helper.make_node(
        "TreeEnsembleClassifier",
        ["features"],
        ["label", "probabilities"],
        domain="ai.onnx.ml",
        classlabels_int64s=[0, 1],
        post_transform="LOGISTIC",
        base_values=[base],
        **{"nodes_" + key: value for key, value in nodes.items()},
        **{"class_" + key: value for key, value in leaves.items()},
    )
    return _model(node, columns, description)
