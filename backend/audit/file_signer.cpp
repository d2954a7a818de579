// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/file_signer.h"

namespace gnomon::audit {

Result<std::unique_ptr<FileSigner>> FileSigner::open(const std::filesystem::path& file, std::string_view name,
                                                     Random& random) {
    GNOMON_ASSIGN(proof::SigningKey key, proof::SigningKey::open(file, name, random));
    return std::unique_ptr<FileSigner>(new FileSigner(std::move(key)));
}

} // namespace gnomon::audit
