// SPDX-License-Identifier: GPL-3.0-or-later
// Calls a node through npm's @grpc/grpc-js, which reads the .proto files itself: usage node grpc_js_client.js TASK.json
"use strict";
const assert = require("assert");
const fs = require("fs");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const task = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const definition = loader.loadSync("inference/grpc_service.proto", {
    includeDirs: [task.proto], keepCase: true, longs: Number, defaults: true, oneofs: true,
});
const Service = grpc.loadPackageDefinition(definition).inference.GRPCInferenceService;
const OPTIONS = { "grpc.ssl_target_name_override": "localhost", "grpc.max_receive_message_length": 2 ** 31 - 1 };

function connect(identified, options = {}) {
    const own = identified ? [fs.readFileSync(task.key), fs.readFileSync(task.certificate)] : [];
    const credentials = grpc.credentials.createSsl(fs.readFileSync(task.ca), ...own);
    return new Service(task.address, credentials, { ...OPTIONS, ...options });
}

const client = connect(true);
const asked = new Set();
const deadline = () => ({ deadline: Date.now() + 30000 });

// Asks and waits; rejects with the status of a refusal.
function call(name, request = {}, from = client) {
    asked.add(name);
    return new Promise((resolve, reject) => {
        from[name](request, deadline(), (error, response) => (error ? reject(error) : resolve(response)));
    });
}

async function refusal(promise) {
    try {
        await promise;
    } catch (error) {
        assert.strictEqual(typeof error.code, "number", error);
        return error;
    }
    throw new Error("it was answered");
}

// The answers of a stream, and its error when it ended with one.
function stream(requests, metadata = new grpc.Metadata()) {
    asked.add("ModelStreamInfer");
    return new Promise((resolve) => {
        const answers = [];
        const duplex = client.ModelStreamInfer(metadata, deadline());
        duplex.on("data", (answer) => answers.push(answer));
        duplex.on("error", (error) => resolve({ answers, error }));
        duplex.on("end", () => resolve({ answers }));
        requests.forEach((request) => duplex.write(request));
        duplex.end();
    });
}

const range = (count) => Array.from({ length: count }, (_, i) => i);
const ints = (values) => Buffer.from(Int32Array.from(values).buffer);

function simple(rows = 1, typed = false, more = {}) {
    const values = { INPUT0: range(16 * rows), INPUT1: range(16 * rows).fill(1) };
    const inputs = Object.keys(values).map((name) => ({
        name, datatype: "INT32", shape: [rows, 16], ...(typed ? { contents: { int_contents: values[name] } } : {}),
    }));
    const raw_input_contents = typed ? [] : Object.values(values).map(ints);
    return { model_name: "simple", id: "42", inputs, raw_input_contents, ...more };
}

function checkSums(response, rows = 1) {
    assert.deepStrictEqual([response.id, response.model_name, response.model_version], ["42", "simple", "1"]);
    assert.deepStrictEqual(response.outputs.map((output) => output.name), ["OUTPUT0", "OUTPUT1"]);
    response.outputs.forEach((output) => assert.deepStrictEqual(output.shape, [rows, 16]));
    assert.deepStrictEqual(response.raw_output_contents[0], ints(range(16 * rows).map((i) => i + 1)));
    assert.deepStrictEqual(response.raw_output_contents[1], ints(range(16 * rows).map((i) => i - 1)));
}

function texts(values, shape, typed) {
    const lengths = values.map((value) => Buffer.from(Uint32Array.of(value.length).buffer));
    const raw = Buffer.concat(values.flatMap((value, i) => [lengths[i], value]));
    return {
        model_name: "texts",
        inputs: [{ name: "x", datatype: "BYTES", shape, ...(typed ? { contents: { bytes_contents: values } } : {}) }],
        raw_input_contents: typed ? [] : [raw],
    };
}

async function tritonclientStarts() {
    assert((await call("ServerLive")).live);
    assert((await call("ServerReady")).ready);
    assert((await call("ModelReady", { name: "simple" })).ready);
    assert.strictEqual((await call("ServerMetadata")).name, "gnomond");
    const parameters = { triton_enable_empty_final_response: { bool_param: false }, priority: { uint64_param: 1 } };
    checkSums(await call("ModelInfer", simple(1, false, { parameters })));
}

async function perfAnalyzerStarts() {
    const requests = 20;
    const metadata = await call("ModelMetadata", { name: "simple" });
    const { config } = await call("ModelConfig", { name: "simple" });
    assert.deepStrictEqual(metadata.inputs.map((t) => t.name), config.input.map((t) => t.name));
    assert.deepStrictEqual(metadata.inputs[0].shape, [-1, ...config.input[0].dims]);
    assert(config.max_batch_size >= 8);
    assert((await call("ServerMetadata")).extensions.includes("statistics"));
    const statistics = async () => (await call("ModelStatistics", { name: "simple" })).model_stats[0];
    const before = await statistics();
    await Promise.all(range(requests).map(async () => checkSums(await call("ModelInfer", simple(8)), 8)));
    const after = await statistics();
    assert.strictEqual(after.inference_count - before.inference_count, 8 * requests);
    assert.strictEqual(after.inference_stats.success.count - before.inference_stats.success.count, requests);
    const { answers, error } = await stream(range(100).map(() => simple(8)));
    assert.ifError(error);
    assert.strictEqual(answers.length, 100);
    answers.forEach((answer) => checkSums(answer.infer_response, 8));
}

async function rawAndTyped() {
    checkSums(await call("ModelInfer", simple(3, true)), 3);
    const values = [Buffer.alloc(0), Buffer.of(0), Buffer.from(range(256)), Buffer.from("sun \u2600")];
    const expected = texts(values, [2, 2], false).raw_input_contents[0];
    for (const typed of [false, true]) {
        const answer = await call("ModelInfer", texts(values, [2, 2], typed));
        assert.deepStrictEqual(answer.raw_output_contents[0], expected, "texts are not binary-safe");
        const empty = await call("ModelInfer", texts([], [0, 4], typed));
        assert.deepStrictEqual(empty.outputs[0].shape, [0, 4]);
        const scalar = { name: "x", datatype: "INT64", shape: [] };
        const asking = typed ? { inputs: [{ ...scalar, contents: { int64_contents: [-7] } }] }
            : { inputs: [scalar], raw_input_contents: [Buffer.from(BigInt64Array.of(-7n).buffer)] };
        const answered = await call("ModelInfer", { model_name: "scalar", ...asking });
        assert.deepStrictEqual(answered.raw_output_contents[0], Buffer.from(BigInt64Array.of(-7n).buffer));
    }
}

async function requestedOutputs() {
    const answer = await call("ModelInfer", simple(1, false, { outputs: [{ name: "OUTPUT1" }, { name: "OUTPUT0" }] }));
    assert.deepStrictEqual(answer.outputs.map((output) => output.name), ["OUTPUT1", "OUTPUT0"]);
    assert.strictEqual(answer.raw_output_contents[0].readInt32LE(0), -1);
}

async function compressed() {
    const compressing = connect(true, { "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip });
    checkSums(await call("ModelInfer", simple(512), compressing), 512);
    compressing.close();
}

async function statuses() {
    const surplus = simple();
    surplus.raw_input_contents.push(Buffer.from("more"));
    for (const [request, code] of [
        [{ model_name: "nobody" }, grpc.status.NOT_FOUND],
        [simple(1, false, { model_version: "9" }), grpc.status.NOT_FOUND],
        [simple(1, false, { model_version: "newest" }), grpc.status.INVALID_ARGUMENT],
        [simple(1, false, { outputs: [{ name: "OUTPUT9" }] }), grpc.status.INVALID_ARGUMENT],
        [surplus, grpc.status.INVALID_ARGUMENT],
    ]) {
        const error = await refusal(call("ModelInfer", request));
        assert.strictEqual(error.code, code, error.details);
    }
}

async function errorsOnAStream() {
    const requests = [simple(), { model_name: "nobody", id: "lost" }, simple()];
    const { answers, error } = await stream(requests);
    assert.ifError(error);
    checkSums(answers[0].infer_response);
    assert(answers[1].error_message.includes("nobody"));
    assert.strictEqual(answers[1].infer_response.id, "lost");
    checkSums(answers[2].infer_response);
    const metadata = new grpc.Metadata();
    metadata.set("triton_grpc_error", "true");
    assert.strictEqual((await stream(requests, metadata)).error.code, grpc.status.NOT_FOUND);
}

async function indexAndRefusals() {
    const { models } = await call("RepositoryIndex");
    assert.deepStrictEqual(new Set(models.map((m) => `${m.version} ${m.state}`)), new Set(["1 READY"]));
    assert(models.some((m) => m.name === "simple"));
    const refused = Object.keys(Service.service).filter((name) =>
        /^(SystemSharedMemory|CudaSharedMemory|RepositoryModel|TraceSetting|LogSettings)/.test(name));
    assert.strictEqual(refused.length, 10);
    for (const name of refused) {
        const error = await refusal(call(name));
        assert.strictEqual(error.code, grpc.status.UNIMPLEMENTED, name);
        assert(error.details.includes("gnomon"), error.details);
    }
}

async function strangersStayOutside() {
    const stranger = connect(false);
    const error = await refusal(call("ServerLive", {}, stranger));
    assert([grpc.status.UNAVAILABLE, grpc.status.DEADLINE_EXCEEDED].includes(error.code), error.details);
    stranger.close();
}

async function main() {
    for (const step of [tritonclientStarts, perfAnalyzerStarts, rawAndTyped, requestedOutputs, compressed, statuses,
        errorsOnAStream, indexAndRefusals, strangersStayOutside]) {
        await step();
        console.log("right:", step.name.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase()));
    }
    assert.deepStrictEqual([...asked].sort(), Object.keys(Service.service).sort());
    console.log(`right: every RPC (${asked.size})`);
    client.close();
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
