// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/signing_key.h"
#include "backend/base/check.h"

#include <sodium.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gnomon::proof {

namespace {

constexpr std::string_view kPrefix = "PRIVATE+KEY+";
constexpr std::size_t kMostFile = 1024;
constexpr std::uint8_t kEd25519 = 0x01;

class File {
public:
    explicit File(int descriptor) : m_descriptor(descriptor) {}
    ~File() {
        if (m_descriptor >= 0) {
            ::close(m_descriptor);
        }
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    operator int() const { return m_descriptor; }

private:
    int m_descriptor;
};

// Wipes text or bytes that held a secret when they go out of scope.
template <class T>
struct Wiped {
    T data;
    ~Wiped() { sodium_memzero(data.data(), data.size()); }
};

Error fileError(const std::filesystem::path& file, const char* what) {
    return {ErrorCode::Unavailable, std::string(what) + " key file " + file.string() + ": " + std::strerror(errno)};
}

Error notAKey(const std::filesystem::path& file) {
    return {ErrorCode::Corrupt, "key file " + file.string() + " does not hold an Ed25519 signing key",
            "restore it from a backup; a new key starts a new log"};
}

// The whole file at once and durable, or nothing: a half-written key would be a lost log.
Status writeNew(const std::filesystem::path& file, std::string_view text) {
    const std::filesystem::path partial = file.string() + ".new";
    ::unlink(partial.c_str());
    const File out(::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (out < 0 || ::write(out, text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(out) != 0) {
        return fileError(file, "cannot write");
    }
    // link() and not rename(): never replace a key that somebody made meanwhile.
    if (::link(partial.c_str(), file.c_str()) != 0) {
        return fileError(file, "cannot create");
    }
    ::unlink(partial.c_str());
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory < 0 || ::fsync(directory) != 0) {
        return fileError(file, "cannot make durable");
    }
    return {};
}

Status readAll(int descriptor, const std::filesystem::path& file, std::string& text) {
    struct stat info {};
    if (::fstat(descriptor, &info) != 0) {
        return fileError(file, "cannot read");
    }
    if (!S_ISREG(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 077) != 0) {
        return Error{ErrorCode::FailedPrecondition, "key file " + file.string() + " is not a private file of this user",
                     "chown it to the user that runs the node and chmod 600 it; if others could read it, make a new "
                     "key"};
    }
    text.resize(kMostFile);
    const ssize_t got = ::read(descriptor, text.data(), text.size());
    if (got < 0) {
        return fileError(file, "cannot read");
    }
    text.resize(static_cast<std::size_t>(got));
    return {};
}

std::string fileText(const VerifierKey& key, ByteView seed) {
    Bytes encoded{kEd25519};
    encoded.insert(encoded.end(), seed.begin(), seed.end());
    std::string text =
        std::string(kPrefix) + key.name() + "+" + toHex(ByteView(key.id())) + "+" + toBase64(encoded) + "\n";
    sodium_memzero(encoded.data(), encoded.size());
    return text;
}

} // namespace

void SigningKey::Free::operator()(unsigned char* secret) const {
    sodium_free(secret); // wipes it
}

Result<SigningKey> SigningKey::fromSeed(std::string_view name, ByteView seed) {
    GNOMON_CHECK(sodium_init() >= 0); // fails only without a source of randomness
    if (seed.size() != crypto_sign_SEEDBYTES) {
        return Error{ErrorCode::InvalidArgument, "an Ed25519 seed has 32 bytes"};
    }
    Secret secret(static_cast<unsigned char*>(sodium_malloc(crypto_sign_SECRETKEYBYTES)));
    if (secret == nullptr) {
        return Error{ErrorCode::ResourceExhausted, "cannot get locked memory for a signing key",
                     "raise the limit on locked memory (ulimit -l)"};
    }
    Bytes publicKey(crypto_sign_PUBLICKEYBYTES);
    crypto_sign_seed_keypair(publicKey.data(), secret.get(), seed.data());
    GNOMON_ASSIGN(VerifierKey key, VerifierKey::make(name, publicKey));
    return SigningKey(std::move(key), std::move(secret));
}

Result<SigningKey> SigningKey::open(const std::filesystem::path& file, std::string_view name, Random& random) {
    const File in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (in < 0 && errno != ENOENT) {
        return fileError(file, "cannot open");
    }
    if (in < 0) {
        Wiped<Bytes> seed{Bytes(crypto_sign_SEEDBYTES)};
        random.fill(seed.data);
        GNOMON_ASSIGN(SigningKey key, fromSeed(name, seed.data));
        const Wiped<std::string> text{fileText(key.verifierKey(), seed.data)};
        GNOMON_TRY(writeNew(file, text.data));
        return key;
    }
    Wiped<std::string> text;
    GNOMON_TRY(readAll(in, file, text.data));
    // PRIVATE+KEY+name+id+base64: base64 may hold further plus signs, a name and an id cannot.
    std::string_view encoded = text.data;
    if (!encoded.starts_with(kPrefix) || !encoded.ends_with('\n')) {
        return notAKey(file);
    }
    encoded.remove_prefix(kPrefix.size());
    encoded.remove_suffix(1);
    const std::string stated(encoded.substr(0, encoded.find('+')));
    for (int part = 0; part < 2; ++part) {
        encoded.remove_prefix(std::min(encoded.find('+'), encoded.size() - 1) + 1);
    }
    Result<Bytes> decoded = fromBase64(encoded);
    if (!decoded.ok() || decoded->size() != 1 + crypto_sign_SEEDBYTES || decoded->front() != kEd25519) {
        return notAKey(file);
    }
    const Wiped<Bytes> seed{Bytes(decoded->begin() + 1, decoded->end())};
    sodium_memzero(decoded->data(), decoded->size());
    GNOMON_ASSIGN(SigningKey key, fromSeed(name, seed.data));
    const Wiped<std::string> expected{fileText(key.verifierKey(), seed.data)};
    if (expected.data != text.data) {
        return Error{ErrorCode::FailedPrecondition,
                     "key file " + file.string() + " holds the key of '" + printable(stated) + "', not of '" +
                         printable(name) + "'",
                     "give the name that the file states (a node's is node.audit_origin; by default it follows from "
                     "node.fleet and node.name at the first start), or another file"};
    }
    return key;
}

Bytes SigningKey::sign(ByteView message) const {
    Bytes signature(crypto_sign_BYTES);
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), m_secret.get());
    return signature;
}

} // namespace gnomon::proof
