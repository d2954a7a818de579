// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/hostile_inputs/bad_files.h"

namespace gnomon::test {

const std::map<std::string, Expectation>& badFiles() {
    static const Expectation notOnnx = {Fate::Refused, "is cut short or is not an ONNX model"};
    static const Expectation external = {Fate::Refused, "wants to read its weights from other files"};
    static const Expectation answers = {Fate::Answers};
    static const Expectation config = {Fate::NotRead, "config.pbtxt"};
    static const std::map<std::string, Expectation> files = {
        // Damaged on the way.
        {"derived/empty.onnx", {Fate::Refused, "it is empty"}},
        {"derived/one_byte.onnx", notOnnx},
        {"derived/text.onnx", notOnnx},
        {"derived/truncated_10pct.onnx", notOnnx},
        {"derived/truncated_90pct.onnx", notOnnx},
        {"derived/bitflip_00.onnx", {Fate::Refused, "Unexpected value for node_mode"}},
        {"derived/bitflip_02.onnx", notOnnx},
        {"derived/bitflip_04.onnx", notOnnx},
        {"derived/bitflip_05.onnx", notOnnx},
        {"derived/bitflip_07.onnx", {Fate::Refused, "protobuf parsing failed"}},
        {"derived/bitflip_09.onnx", notOnnx},
        {"ort_corrupt-model.onnx", notOnnx},
        // Something else under the name of a model.
        {"derived/gzipped.onnx", {Fate::Refused, "is compressed with gzip"}},
        {"git_lfs_pointer.onnx", {Fate::Refused, "is a Git LFS pointer"}},
        {"sklearn_pickle.onnx", {Fate::Refused, "is a Python pickle"}},
        {"modelaudit_path_traversal.zip", {Fate::Refused, "is a zip archive"}},
        // Well-formed, and not to be run.
        {"derived/external_abs.onnx", external},
        {"derived/external_missing.onnx", external},
        {"derived/external_negative.onnx", external},
        {"derived/external_traversal.onnx", external},
        {"derived/cycle.onnx", {Fate::Refused, "not acyclic"}},
        {"derived/dims_overflow.onnx", {Fate::Refused, "Integer overflow"}},
        {"derived/empty_graph.onnx", {Fate::Refused, "cannot be served"}},
        {"needs_extensions.onnx", {Fate::Refused, "ai.onnx.contrib:StringUpper(-1) is not a registered"}},
        {"ort_custom_op.onnx", {Fate::Refused, "test.customop"}},
        {"ort_foo_truncated.onnx", {Fate::Refused, "No Op registered for Foo"}},
        {"ort_noopset.onnx", {Fate::Refused, "Missing opset in the model"}},
        {"ort_opset_314159.onnx", {Fate::Refused, "Opset 314159 is under development"}},
        {"ort_pyop.onnx", {Fate::Refused, "PyOp"}},
        {"ort_bugs_jikechao/if_op.onnx", {Fate::Refused, "output 'sequence' is an optional value"}},
        {"ort_bugs_jikechao/model_seqquence_insert.onnx", {Fate::Refused, "input 'sequence' is a sequence"}},
        // Loads, and harms when it runs.
        {"derived/loop_forever.onnx", {Fate::Fails, "was late"}},
        {"derived/tree_feature_out_of_range.onnx", {Fate::Fails, "v1 failed"}},
        {"derived/constantofshape_bomb.onnx", answers}, // to zeros; what a hungry request gets has a test of its own
        // Odd, and right all the same.
        {"derived/name_ansi.onnx", answers},
        {"derived/name_newline.onnx", answers},
        {"derived/nested_if_30.onnx", answers},
        {"derived/tree_nan_threshold.onnx", answers},
        {"ort_bugs_jikechao/Bernoulli.onnx", answers},
        {"ort_bugs_jikechao/MaxPool.onnx", answers},
        {"ort_bugs_jikechao/Pads.onnx", answers},
        {"ort_bugs_jikechao/RandomUniformLike.onnx", answers},
        {"ort_bugs_jikechao/ReduceL1.onnx", answers},
        {"ort_bugs_jikechao/Shape.onnx", answers},
        {"ort_bugs_jikechao/SoftmaxCrossEntropyLoss.onnx", answers},
        {"ort_bugs_jikechao/Trilu.onnx", answers},
        {"ort_bugs_jikechao/dropout.onnx", answers},
        {"ort_bugs_jikechao/model.onnx", answers},
        {"ort_bugs_jikechao/model_unique_op.onnx", answers},
        {"ort_bugs_jikechao/scaler_model.onnx", answers},
        {"ort_bugs_jikechao/split_2d_model.onnx", answers},
        {"ort_bugs_jikechao/split_model.onnx", answers},
        // Models that disagree with Triton's configuration beside them. What a model takes is what the model says;
        // the other file is not read, and the log says so.
        {"triton_config/bad_input_dims/1/model.onnx", answers},
        {"triton_config/bad_input_dims/config.pbtxt", config},
        {"triton_config/bad_input_dims/expected", {Fate::NotRead}},
        {"triton_config/bad_max_batch_size/1/model.onnx", answers},
        {"triton_config/bad_max_batch_size/config.pbtxt", config},
        {"triton_config/bad_max_batch_size/expected", {Fate::NotRead}},
        {"triton_config/too_many_inputs/1/model.onnx", answers},
        {"triton_config/too_many_inputs/config.pbtxt", config},
        {"triton_config/too_many_inputs/expected", {Fate::NotRead}},
        {"triton_config/unknown_input/1/model.onnx", answers},
        {"triton_config/unknown_input/config.pbtxt", config},
        {"triton_config/unknown_input/expected", {Fate::NotRead}},
        // Tables.
        {"html_instead_of.csv", {Fate::Rows, "fields, the header has"}},
        {"spambase_wrong_header.csv", {Fate::Rows, "fields, the header has"}},
    };
    return files;
}

} // namespace gnomon::test
