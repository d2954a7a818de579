// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/hostile_inputs/hostile_folders.h"

#include "tests/support/model_folder.h"
#include "tests/support/tiny_onnx.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace gnomon::test {

namespace {

namespace fs = std::filesystem;

// An initializer whose bytes are said to be in another file.
std::string elsewhere(const std::string& location) {
    return TinyOnnx::number(1, 2) + TinyOnnx::number(2, TinyOnnx::Float) + TinyOnnx::bytes(8, "w") +
           TinyOnnx::bytes(13, TinyOnnx::bytes(1, "location") + TinyOnnx::bytes(2, location)) + TinyOnnx::number(14, 1);
}

std::string modelWith(const std::string& initializer) {
    return TinyOnnx()
        .add(TinyOnnx::node("Add", {"x", "w"}, {"y"}))
        .initializer(initializer)
        .input(TinyOnnx::value("x", TinyOnnx::Float, {-1, 2}))
        .output(TinyOnnx::value("y", TinyOnnx::Float, {-1, 2}))
        .file();
}

// The same weights, in a constant node of a subgraph.
std::string modelWithNested(const std::string& tensor) {
    const std::string constant = TinyOnnx::node(
        "Constant", {}, {"v"}, TinyOnnx::bytes(5, TinyOnnx::bytes(1, "value") + TinyOnnx::bytes(5, tensor)));
    const std::string branch = TinyOnnx().add(constant).output(TinyOnnx::value("v", TinyOnnx::Float, {2})).graph();
    const std::string branches = TinyOnnx::bytes(5, TinyOnnx::bytes(1, "then_branch") + TinyOnnx::bytes(6, branch)) +
                                 TinyOnnx::bytes(5, TinyOnnx::bytes(1, "else_branch") + TinyOnnx::bytes(6, branch));
    return TinyOnnx()
        .add(TinyOnnx::node("If", {"c"}, {"y"}, branches))
        .input(TinyOnnx::value("c", TinyOnnx::Bool, {}))
        .output(TinyOnnx::value("y", TinyOnnx::Float, {2}))
        .file();
}

class Maker {
public:
    Maker(const fs::path& repository, const fs::path& outside) : m_repository(repository), m_outside(outside) {
        writeText(m_outside / "model.onnx", TinyOnnx::identity());
        writeText(m_outside / "weights", "12345678");
        writeText(m_outside / "golden/a.json", R"({"inputs": [], "outputs": []})");
        writeText(m_outside / "version/model.onnx", TinyOnnx::identity());
    }

    std::map<std::string, std::string> run() {
        links();
        notFiles();
        manifests();
        weights();
        sizes();
        return std::move(m_endpoints);
    }

private:
    // The folder of version 1 of a new endpoint; the reason that is expected.
    fs::path version(const std::string& endpoint, const std::string& says) {
        m_endpoints[endpoint] = says;
        fs::create_directories(m_repository / endpoint / "1");
        return m_repository / endpoint / "1";
    }
    // The same with a model that is good.
    fs::path good(const std::string& endpoint, const std::string& says) {
        const fs::path folder = version(endpoint, says);
        writeText(folder / "model.onnx", TinyOnnx::identity());
        return folder;
    }

    void links() {
        const std::string link = "symbolic link";
        fs::create_symlink(m_outside / "model.onnx", version("link-model", link) / "model.onnx");
        fs::create_symlink("../../../outside/model.onnx", version("link-up", link) / "model.onnx");
        fs::create_symlink("/proc/self/exe", version("link-proc", link) / "model.onnx");
        fs::create_symlink("model.onnx", version("link-loop", link) / "model.onnx");
        fs::create_directory_symlink(m_outside / "golden", good("link-golden", link) / "golden");
        fs::create_directory(good("link-golden-file", link) / "golden");
        fs::create_symlink(m_outside / "golden/a.json", m_repository / "link-golden-file/1/golden/a.json");
        fs::create_symlink("/proc/self/environ", good("link-manifest", link) / "manifest.json");
        fs::remove(version("link-version", link));
        fs::create_directory_symlink(m_outside / "version", m_repository / "link-version/1");
        const std::string names = "other names";
        fs::create_hard_link(m_outside / "model.onnx", version("hard-model", names) / "model.onnx");
        fs::create_directory(good("hard-golden", names) / "golden");
        fs::create_hard_link(m_outside / "golden/a.json", m_repository / "hard-golden/1/golden/a.json");
        fs::create_hard_link(m_outside / "weights", good("hard-manifest", names) / "manifest.json");
    }

    void notFiles() {
        const std::string says = "not what it should be";
        ::mkfifo((version("pipe", says) / "model.onnx").c_str(), 0600);
        ::mkfifo((good("pipe-manifest", says) / "manifest.json").c_str(), 0600);
        fs::create_directory(version("folder", says) / "model.onnx");
        sockaddr_un address{AF_UNIX, {}};
        const std::string name = (version("socket", says) / "model.onnx").string();
        std::memcpy(address.sun_path, name.c_str(), std::min(name.size(), sizeof address.sun_path - 1));
        const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
        (void)::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        ::close(socket);
        for (const auto& [endpoint, minor] : {std::pair{"device-zero", 5U}, {"device-random", 9U}}) {
            const fs::path file = version(endpoint, says) / "model.onnx";
            if (::mknod(file.c_str(), S_IFCHR | 0600, makedev(1, minor)) != 0) { // takes root
                m_endpoints.erase(endpoint);
                fs::remove_all(m_repository / endpoint);
            }
        }
    }

    void manifests() {
        const auto manifest = [this](const std::string& endpoint, const std::string& says, const std::string& json) {
            writeText(good(endpoint, says) / "manifest.json", json);
        };
        manifest("manifest-up", "manifest.json lists '../../../outside/weights': '..' is not the name of anything",
                 R"({"files": {"../../../outside/weights": "00"}})");
        manifest("manifest-absolute", "manifest.json lists '/etc/passwd'", R"({"files": {"/etc/passwd": "00"}})");
        manifest("manifest-proc", "manifest.json lists '/proc/self/environ'",
                 R"({"files": {"/proc/self/environ": "00"}})");
        manifest("manifest-null", "manifest.json lists 'weights\\u{0000}.bin'",
                 R"({"files": {"weights\u0000.bin": "00"}})");
        manifest("manifest-other-model", "is not the file that the manifest states",
                 R"({"files": {"model.onnx": "00"}})");
        manifest("manifest-missing", "manifest.json lists 'absent'", R"({"files": {"absent": "00"}})");
        manifest("manifest-no-json", "manifest.json is not understood", "{\"files\": \x1b[2J\nforged level=error");
        manifest("manifest-wrong-type", "manifest.json is not understood", R"({"files": ["model.onnx"]})");
        manifest("manifest-deep", "manifest.json is not understood", std::string(200'000, '['));
        writeText(good("golden-no-json", "is not understood") / "golden/\x1b[31m\n.json", "{");
        writeText(
            good("golden-huge-claim", "does not have the elements") / "golden/a.json",
            R"({"inputs": [{"name": "x", "datatype": "FP32", "shape": [65536, 30000], "fill": 0}], "outputs": []})");
        writeText(good("golden-overflow", "more than 2^31 elements") / "golden/a.json",
                  R"({"inputs": [{"name": "x", "datatype": "FP32", "shape": [4294967296, 4294967296], "fill": 0}],)"
                  R"( "outputs": []})");
    }

    void weights() {
        const std::string says = "wants to read its weights from other files";
        writeText(version("weights-beside", says) / "model.onnx", modelWith(elsewhere("weights")));
        writeText(m_repository / "weights-beside/1/weights", "12345678");
        writeText(version("weights-up", says) / "model.onnx", modelWith(elsewhere("../../../outside/weights")));
        writeText(version("weights-absolute", says) / "model.onnx",
                  modelWith(elsewhere((m_outside / "weights").string())));
        writeText(version("weights-proc", says) / "model.onnx", modelWith(elsewhere("/proc/self/environ")));
        writeText(version("weights-device", says) / "model.onnx", modelWith(elsewhere("/dev/zero")));
        writeText(version("weights-nested", says) / "model.onnx",
                  modelWithNested(elsewhere("../../../outside/weights")));
    }

    void sizes() {
        const fs::path huge = version("huge", "more than the") / "model.onnx";
        writeText(huge, "");
        fs::resize_file(huge, std::uintmax_t{3} << 30); // a hole: takes no room
        const fs::path wide = good("huge-manifest", "more than the") / "manifest.json";
        writeText(wide, "");
        fs::resize_file(wide, std::uintmax_t{1} << 40);
        std::string archive(1024, '\0'); // the start of a tar file whose only entry goes up
        archive.replace(0, 11, "../../evil\0", 11);
        archive.replace(257, 5, "ustar");
        writeText(version("archive-tar", "is not an ONNX model") / "model.onnx", archive);
        writeText(version("archive-xz", "No graph was found") / "model.onnx", std::string("\xfd"
                                                                                          "7zXZ\0",
                                                                                          6));
    }

    const fs::path m_repository;
    const fs::path m_outside;
    std::map<std::string, std::string> m_endpoints;
};

} // namespace

std::map<std::string, std::string> makeHostileFolders(const fs::path& repository, const fs::path& outside) {
    return Maker(repository, outside).run();
}

} // namespace gnomon::test
