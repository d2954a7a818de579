# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls a node through Debian's python3-grpcio with messages that protoc generated: usage python_client.py TASK.json"""
import json
import struct
import subprocess
import sys

import grpc

with open(sys.argv[1], encoding="utf-8") as file:
    TASK = json.load(file)
sys.path.insert(0, TASK["generated"])
from inference import grpc_service_pb2 as pb  # noqa: E402

SERVICE = "inference.GRPCInferenceService"
METHODS = pb.DESCRIPTOR.services_by_name["GRPCInferenceService"].methods_by_name
REFUSED = {name for name in METHODS if name.startswith(("SystemSharedMemory", "CudaSharedMemory", "RepositoryModel"))}
REFUSED |= {"TraceSetting", "LogSettings"}
INT_MAX = 2**31 - 1
# What tritonclient sets on every channel.
OPTIONS = [("grpc.max_send_message_length", INT_MAX), ("grpc.max_receive_message_length", INT_MAX),
           ("grpc.keepalive_time_ms", INT_MAX), ("grpc.keepalive_timeout_ms", 20000),
           ("grpc.keepalive_permit_without_calls", False), ("grpc.http2.max_pings_without_data", 2),
           ("grpc.ssl_target_name_override", "localhost")]
MODELS = {"simple", "texts", "scalar"}
asked = set()


def read(name):
    with open(TASK[name], "rb") as file:
        return file.read()


def open_channel(**tls):
    return grpc.secure_channel(TASK["address"], grpc.ssl_channel_credentials(read("ca"), **tls), OPTIONS)


channel = open_channel(private_key=read("key"), certificate_chain=read("certificate"))


def message(descriptor):
    return getattr(pb, descriptor.name)


def call(name, request=None, **options):
    """Asks and waits; for every RPC of the service, as its descriptor says."""
    asked.add(name)
    method = METHODS[name]
    multi = channel.unary_unary(f"/{SERVICE}/{name}", message(method.input_type).SerializeToString,
                                message(method.output_type).FromString)
    return multi(request or message(method.input_type)(), timeout=30, **options)


def stream(requests, metadata=None):
    asked.add("ModelStreamInfer")
    multi = channel.stream_stream(f"/{SERVICE}/ModelStreamInfer", pb.ModelInferRequest.SerializeToString,
                                  pb.ModelStreamInferResponse.FromString)
    return multi(iter(requests), timeout=30, metadata=metadata)


def refusal(function):
    try:
        function()
    except grpc.RpcError as error:
        return error.code(), error.details()
    raise AssertionError("it was answered")


def expect(is_so, what):
    if not is_so:
        raise AssertionError(what)


def tensor(request, name, datatype, shape, raw=None, **contents):
    added = request.inputs.add(name=name, datatype=datatype, shape=shape)
    if raw is not None:
        request.raw_input_contents.append(raw)
    for field, values in contents.items():
        getattr(added.contents, field).extend(values)
    return request


def simple(rows=1, typed=False, **fields):
    request = pb.ModelInferRequest(model_name="simple", id="42", **fields)
    first, second = list(range(16 * rows)), [1] * (16 * rows)
    for name, values in (("INPUT0", first), ("INPUT1", second)):
        if typed:
            tensor(request, name, "INT32", [rows, 16], int_contents=values)
        else:
            tensor(request, name, "INT32", [rows, 16], struct.pack(f"<{len(values)}i", *values))
    return request


def texts(values, shape, typed=False):
    request = pb.ModelInferRequest(model_name="texts")
    if typed:
        return tensor(request, "x", "BYTES", shape, bytes_contents=values)
    return tensor(request, "x", "BYTES", shape, b"".join(struct.pack("<I", len(value)) + value for value in values))


def elements(raw):
    values = []
    while raw:
        length, = struct.unpack_from("<I", raw)
        values.append(raw[4:4 + length])
        raw = raw[4 + length:]
    return values


def check_sums(response, rows=1):
    expect([output.name for output in response.outputs] == ["OUTPUT0", "OUTPUT1"], response)
    expect(all(list(output.shape) == [rows, 16] and output.datatype == "INT32" for output in response.outputs), response)
    sums, differences = (struct.unpack(f"<{16 * rows}i", raw) for raw in response.raw_output_contents)
    expect(sums == tuple(i + 1 for i in range(16 * rows)) and differences == tuple(i - 1 for i in range(16 * rows)),
           response)
    expect((response.id, response.model_name, response.model_version) == ("42", "simple", "1"), response)


def tritonclient_starts():
    expect(call("ServerLive").live, "not live")
    expect(call("ServerReady").ready, "not ready")
    expect(call("ModelReady", pb.ModelReadyRequest(name="simple")).ready, "model not ready")
    expect(call("ModelReady", pb.ModelReadyRequest(name="simple", version="1")).ready, "version not ready")
    expect(call("ServerMetadata").name == "gnomond", "another server")
    request = simple()
    request.parameters["triton_enable_empty_final_response"].bool_param = False  # sent with every request
    request.parameters["priority"].uint64_param = 1
    request.parameters["timeout"].int64_param = 1000000
    check_sums(call("ModelInfer", request))


def perf_analyzer_starts(requests=20):
    asked_for = {"name": "simple"}
    metadata = call("ModelMetadata", pb.ModelMetadataRequest(**asked_for))
    config = call("ModelConfig", pb.ModelConfigRequest(**asked_for)).config
    for of_metadata, of_config in ((metadata.inputs, config.input), (metadata.outputs, config.output)):
        expect({t.name for t in of_metadata} == {t.name for t in of_config}, "names disagree")
        for described, configured in zip(of_metadata, of_config):
            expect(list(described.shape) == [-1] + list(configured.dims), "the batch dimension is not the first")
    expect(config.max_batch_size >= 8, "batches of 8 are refused")
    for unregister in ("SystemSharedMemoryUnregister", "CudaSharedMemoryUnregister"):  # with --shared-memory only
        expect(refusal(lambda rpc=unregister: call(rpc))[0] == grpc.StatusCode.UNIMPLEMENTED, unregister)
    expect("statistics" in call("ServerMetadata").extensions, "no statistics")
    before = call("ModelStatistics", pb.ModelStatisticsRequest(**asked_for)).model_stats[0]
    for _ in range(requests):
        check_sums(call("ModelInfer", simple(8)), 8)
    after = call("ModelStatistics", pb.ModelStatisticsRequest(**asked_for)).model_stats[0]
    expect(after.inference_count - before.inference_count == 8 * requests, (before, after))
    expect(after.execution_count - before.execution_count == requests, (before, after))
    then, now = before.inference_stats, after.inference_stats
    expect(now.success.count - then.success.count == requests and now.success.ns > then.success.ns, (then, now))
    expect(now.fail.count == then.fail.count, (then, now))
    answers = list(stream(simple(8) for _ in range(requests)))
    expect(len(answers) == requests, len(answers))
    for answer in answers:
        check_sums(answer.infer_response, 8)


def raw_and_typed():
    check_sums(call("ModelInfer", simple(3, typed=True)), 3)
    for typed in (False, True):
        values = [b"", b"\0", bytes(range(256)), "sun \u2600".encode()]
        answer = call("ModelInfer", texts(values, [2, 2], typed))
        expect(elements(answer.raw_output_contents[0]) == values, "texts are not binary-safe")
        empty = call("ModelInfer", texts([], [0, 4], typed))
        expect(list(empty.outputs[0].shape) == [0, 4] and empty.raw_output_contents[0] == b"", empty)
        scalar = pb.ModelInferRequest(model_name="scalar")
        if typed:
            tensor(scalar, "x", "INT64", [], int64_contents=[-7])
        else:
            tensor(scalar, "x", "INT64", [], struct.pack("<q", -7))
        answer = call("ModelInfer", scalar)
        expect(not answer.outputs[0].shape and answer.raw_output_contents[0] == struct.pack("<q", -7), answer)


def every_datatype():
    # What each carries: its bytes, and its typed field where it has one.
    values = {"BOOL": ("??", "bool_contents", (True, False)), "UINT8": ("BB", "uint_contents", (0, 255)),
              "UINT16": ("HH", "uint_contents", (0, 65535)), "UINT32": ("II", "uint_contents", (0, 2**32 - 1)),
              "UINT64": ("QQ", "uint64_contents", (0, 2**64 - 1)), "INT8": ("bb", "int_contents", (-128, 127)),
              "INT16": ("hh", "int_contents", (-2**15, 2**15 - 1)), "INT32": ("ii", "int_contents", (-2**31, 2**31 - 1)),
              "INT64": ("qq", "int64_contents", (-2**63, 2**63 - 1)), "FP16": ("HH", "", (0x3c00, 0x8001)),
              "FP32": ("ff", "fp32_contents", (0.1, -3e38)), "FP64": ("dd", "fp64_contents", (0.1, -1e308)),
              "BF16": ("HH", "", (0x3f80, 0x8001))}
    for name, (layout, field, pair) in values.items():
        raw = struct.pack("<" + layout, *pair)
        for typed in (False, True):
            request = pb.ModelInferRequest(model_name=name)
            if not typed:
                tensor(request, "x", name, [2], raw)
            elif field:
                tensor(request, "x", name, [2], **{field: pair})
            else:
                tensor(request, "x", name, [2], uint_contents=pair)
                code, said = refusal(lambda: call("ModelInfer", request))
                expect(code == grpc.StatusCode.INVALID_ARGUMENT, (name, said))
                continue
            answer = call("ModelInfer", request)
            expect(answer.raw_output_contents[0] == raw and answer.outputs[0].datatype == name, (name, typed, answer))
    expect(set(values) | {"BYTES"} == {m.name for m in call("RepositoryIndex").models} - MODELS, "a datatype is left out")


def requested_outputs():
    request = simple()
    for name in ("OUTPUT1", "OUTPUT0"):
        request.outputs.add(name=name)
    answer = call("ModelInfer", request)
    expect([output.name for output in answer.outputs] == ["OUTPUT1", "OUTPUT0"], answer)
    expect(struct.unpack_from("<i", answer.raw_output_contents[0])[0] == -1, answer)
    request = simple()
    request.outputs.add(name="OUTPUT1")
    expect(len(call("ModelInfer", request).raw_output_contents) == 1, "one was asked for")


def compressed():
    check_sums(call("ModelInfer", simple(512), compression=grpc.Compression.Gzip), 512)
    check_sums(call("ModelInfer", simple(512), compression=grpc.Compression.Deflate), 512)


def statuses():
    code = grpc.StatusCode
    surplus = simple()
    surplus.raw_input_contents.append(b"more")
    both = simple()
    both.inputs[0].contents.int_contents.append(1)
    short = simple()
    short.raw_input_contents[0] = b"\0" * 60
    wrong_type = simple()
    wrong_type.inputs[0].datatype = "FP32"
    wrong_shape = simple()
    wrong_shape.inputs[0].shape[1] = 15
    missing = simple()
    del missing.inputs[1], missing.raw_input_contents[1]
    unknown_output = simple()
    unknown_output.outputs.add(name="OUTPUT9")
    reserved = simple()
    reserved.parameters["triton_made_up"].bool_param = True
    shared = simple()
    shared.inputs[0].parameters["shared_memory_region"].string_param = "region"
    classes = simple()
    classes.outputs.add(name="OUTPUT0").parameters["classification"].int64_param = 2
    for request, expected, words in (
            (pb.ModelInferRequest(model_name="nobody"), code.NOT_FOUND, "nobody"),
            (simple(model_version="9"), code.NOT_FOUND, "version 9"),
            (simple(model_version="newest"), code.INVALID_ARGUMENT, "not a version number"),
            (surplus, code.INVALID_ARGUMENT, "3 raw contents"),
            (both, code.INVALID_ARGUMENT, "contents must not be set"),
            (short, code.INVALID_ARGUMENT, "expected 64, got 60"),
            (wrong_type, code.INVALID_ARGUMENT, "INPUT0"),
            (wrong_shape, code.INVALID_ARGUMENT, "INPUT0"),
            (missing, code.INVALID_ARGUMENT, "INPUT1"),
            (unknown_output, code.INVALID_ARGUMENT, "OUTPUT9"),
            (reserved, code.INVALID_ARGUMENT, "triton_made_up"),
            (shared, code.UNIMPLEMENTED, "shared_memory_region"),
            (classes, code.UNIMPLEMENTED, "classification")):
        got, said = refusal(lambda: call("ModelInfer", request))
        expect(got == expected and words in said, (got, said))
    expect(refusal(lambda: call("ModelReady", pb.ModelReadyRequest(name="nobody")))[0] == code.NOT_FOUND, "ModelReady")
    request = pb.RepositoryIndexRequest(repository_name="elsewhere")
    expect(refusal(lambda: call("RepositoryIndex", request))[0] == code.UNIMPLEMENTED, "RepositoryIndex")


def errors_on_a_stream():
    requests = [simple(), pb.ModelInferRequest(model_name="nobody", id="lost"), simple()]
    first, lost, last = list(stream(requests))
    check_sums(first.infer_response)
    expect("nobody" in lost.error_message and lost.infer_response.id == "lost", lost)
    check_sums(last.infer_response)
    code, _ = refusal(lambda: list(stream(requests, metadata=(("triton_grpc_error", "true"),))))
    expect(code == grpc.StatusCode.NOT_FOUND, code)


def index_and_refusals():
    models = {(m.name, m.version, m.state, m.reason) for m in call("RepositoryIndex").models}
    expect(models >= {(name, "1", "READY", "") for name in MODELS} and len(models) == 17, models)
    for name in REFUSED:
        code, said = refusal(lambda rpc=name: call(rpc))
        expect(code == grpc.StatusCode.UNIMPLEMENTED and "gnomon" in said, (name, code, said))


def health_is_watched():
    watch = channel.unary_stream("/grpc.health.v1.Health/Watch", lambda text: text, lambda text: text)
    states = watch(b"\x0a\x06scalar", timeout=60)
    expect(next(states) == b"\x08\x01", "SERVING")
    subprocess.run(f"{TASK['control']} disable scalar --reason drill", shell=True, check=True,
                   stdout=subprocess.DEVNULL)
    expect(next(states) == b"\x08\x02", "NOT_SERVING")
    code, said = refusal(lambda: call("ModelInfer", tensor(pb.ModelInferRequest(model_name="scalar"), "x", "INT64", [],
                                                            bytes(8))))
    expect(code == grpc.StatusCode.UNAVAILABLE and "disabled" in said, (code, said))
    expect(not call("ModelReady", pb.ModelReadyRequest(name="scalar")).ready, "ready though disabled")
    subprocess.run(f"{TASK['control']} enable scalar --reason drill", shell=True, check=True,
                   stdout=subprocess.DEVNULL)
    expect(next(states) == b"\x08\x01", "SERVING again")
    states.cancel()


def strangers_stay_outside():
    stranger = open_channel()
    multi = stranger.unary_unary(f"/{SERVICE}/ServerLive", pb.ServerLiveRequest.SerializeToString,
                                 pb.ServerLiveResponse.FromString)
    code, _ = refusal(lambda: multi(pb.ServerLiveRequest(), timeout=10))
    expect(code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED), code)
    stranger.close()


for step in (tritonclient_starts, perf_analyzer_starts, raw_and_typed, every_datatype,
             requested_outputs, compressed, statuses,
             errors_on_a_stream, index_and_refusals, health_is_watched, strangers_stay_outside):
    step()
    print("right:", step.__name__.replace("_", " "), flush=True)
expect(asked == set(METHODS), set(METHODS) - asked)
print(f"right: every RPC ({len(asked)})")
