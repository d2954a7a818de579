// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include <grpcpp/support/message_allocator.h>
#include <inference/grpc_service.pb.h>

#include <memory>

namespace gnomon::node {

// Request and reply of one ModelInfer call. Shared by the call, which ends with the reply, and by whoever still reads
// the request's tensors then: shadows, observers, an abandoned run.
struct InferMessages {
    inference::ModelInferRequest request;
    inference::ModelInferResponse response;
};

// Makes gRPC read requests straight into messages that can outlive their call, so that nothing need be copied.
class InferAllocator final
    : public grpc::MessageAllocator<inference::ModelInferRequest, inference::ModelInferResponse> {
public:
    class Holder final : public grpc::MessageHolder<inference::ModelInferRequest, inference::ModelInferResponse> {
    public:
        Holder() : m_messages(std::make_shared<InferMessages>()) {
            set_request(&m_messages->request);
            set_response(&m_messages->response);
        }
        void Release() override { delete this; }
        const std::shared_ptr<InferMessages>& messages() const { return m_messages; }

    private:
        std::shared_ptr<InferMessages> m_messages;
    };

    grpc::MessageHolder<inference::ModelInferRequest, inference::ModelInferResponse>* AllocateMessages() override {
        return new Holder;
    }
};

} // namespace gnomon::node
