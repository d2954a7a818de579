// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/infer_stream.h"
#include "backend/node/call_trace.h"
#include "backend/node/infer_call.h"
#include "backend/node/infer_messages.h"
#include "backend/wire/status.h"

#include <deque>
#include <utility>

namespace gnomon::node {

namespace {

constexpr std::size_t kMostUnderWay = 16;
constexpr std::size_t kMostBytes = std::size_t{16} << 20; // of requests under way; the last of them may go beyond

grpc::Status shuttingDown() {
    return wire::toGrpc(Error{ErrorCode::Unavailable, "the node is shutting down", "try another node"});
}

class Refused final : public InferStreams::Reactor {
public:
    explicit Refused(const grpc::Status& status) { Finish(status); }
    void OnDone() override { delete this; }
};

} // namespace

// One request and its answer. Shared by the stream and by whoever reads the request's tensors.
struct InferStreams::Asked {
    grpc::ByteBuffer raw; // the request
    Claims claims;
    std::size_t bytes = 0;
    inference::ModelInferRequest request; // empty when it was not admitted
    serving::Admission::Ticket ticket;
    grpc::ByteBuffer response; // of whoever answers, until `answered`; then of the stream
    grpc::Status status;
    bool answered = false; // guarded by the stream's mutex
};

// Held by the set of streams until gRPC is done with it, and by every call that still owes it an answer. gRPC never
// calls back from within Start...() and Finish(), so that they may be called with the lock held.
class InferStreams::Stream final : public Reactor, public std::enable_shared_from_this<Stream> {
public:
    Stream(InferStreams& streams, StreamTerms terms)
        : m_streams(streams), m_pipeline(streams.m_pipeline), m_admission(streams.m_admission),
          m_terms(std::move(terms)), m_limitKey(limitKey(m_terms.caller)) {}

    void start() {
        const MutexLock lock(m_mutex);
        readOn();
    }
    void close() {
        const MutexLock lock(m_mutex);
        m_closing = true;
        proceed();
    }

private:
    void OnReadDone(bool ok) override {
        std::shared_ptr<Asked> asked;
        {
            const MutexLock lock(m_mutex);
            m_reading = false;
            if (!ok || m_finished) {
                m_allRead = true;
                proceed();
                return;
            }
            asked = std::move(m_next);
            asked->bytes = asked->raw.Length();
            asked->claims = claimsOf(asked->raw);
            m_bytes += asked->bytes;
            m_asked.push_back(asked);
        }
        ask(asked);
        const MutexLock lock(m_mutex);
        readOn();
    }
    void OnWriteDone(bool ok) override {
        const MutexLock lock(m_mutex);
        m_writing = false;
        m_bytes -= m_asked.front()->bytes;
        m_asked.pop_front();
        m_gone = m_gone || !ok;
        readOn();
        proceed();
    }
    void OnCancel() override {
        const MutexLock lock(m_mutex);
        m_gone = true;
        proceed();
    }
    void OnDone() override { m_streams.remove(shared_from_this()); }

    void ask(const std::shared_ptr<Asked>& asked) {
        auto decision = m_admission.admit({m_limitKey, asked->claims.model, asked->bytes, m_terms.deadline});
        if (decision.refusal) {
            fail(*asked, statusOf(*decision.refusal));
            return;
        }
        asked->ticket = std::move(decision.ticket);
        const gnomon::Status read = readMessage(asked->raw, asked->request);
        Result<serving::InferenceCall> call =
            read ? readCall(asked->request, asked, m_terms.caller, m_terms.deadline) : read.error();
        if (!call) {
            fail(*asked, wire::toGrpc(call.error()));
            return;
        }
        call->trace = nextStep(m_terms.trace);
        m_pipeline.infer(std::move(*call), [self = shared_from_this(), asked](Result<serving::InferenceReply> reply) {
            asked->ticket.answered(reply && asAsked(*reply));
            if (!reply) {
                self->fail(*asked, wire::toGrpc(reply.error()));
                return;
            }
            inference::ModelStreamInferResponse response;
            writeReply(std::move(*reply), asked->request, *response.mutable_infer_response());
            self->answered(*asked, response, grpc::Status::OK);
        });
    }

    void fail(Asked& asked, const grpc::Status& status) {
        inference::ModelStreamInferResponse response;
        response.set_error_message(status.error_message());
        response.mutable_infer_response()->set_model_name(asked.claims.model);
        response.mutable_infer_response()->set_id(asked.claims.id); // which of them failed
        answered(asked, response, status);
    }

    void answered(Asked& asked, inference::ModelStreamInferResponse& response, grpc::Status status) {
        // One answer per request; clients of models that give several wait for this mark.
        (*response.mutable_infer_response()->mutable_parameters())["triton_final_response"].set_bool_param(true);
        Result<grpc::ByteBuffer> written = writeMessage(response);
        if (written) {
            asked.response = std::move(*written);
        } else if (status.ok()) {
            fail(asked, wire::toGrpc(written.error()));
            return;
        }
        asked.ticket.answered(false); // if it was not told yet
        const MutexLock lock(m_mutex);
        asked.status = std::move(status);
        asked.answered = true;
        proceed();
    }

    void readOn() REQUIRES(m_mutex) {
        const bool ends = m_allRead || m_closing || m_gone || m_finished;
        if (!m_reading && !ends && m_asked.size() < kMostUnderWay && m_bytes < kMostBytes) {
            m_next = std::make_shared<Asked>();
            m_reading = true;
            StartRead(&m_next->raw);
        }
    }

    // Writes the next answer when it is its turn, or ends the stream.
    void proceed() REQUIRES(m_mutex) {
        if (m_writing || m_finished) {
            return;
        }
        if (m_gone) {
            finish(grpc::Status::CANCELLED);
        } else if (!m_asked.empty()) {
            const Asked& first = *m_asked.front();
            if (first.answered && !first.status.ok() && m_terms.errorsEndIt) {
                finish(first.status);
            } else if (first.answered) {
                m_writing = true;
                StartWrite(&first.response);
            }
        } else if (m_allRead || m_closing) {
            finish(m_allRead ? grpc::Status::OK : shuttingDown());
        }
    }
    void finish(grpc::Status status) REQUIRES(m_mutex) { // a copy: it may be that of a call that goes now
        m_finished = true;
        m_asked.clear(); // nothing is being written
        Finish(std::move(status));
    }

    InferStreams& m_streams;
    serving::Pipeline& m_pipeline;
    serving::Admission& m_admission;
    const StreamTerms m_terms;
    const std::string m_limitKey;
    Mutex m_mutex;
    std::deque<std::shared_ptr<Asked>> m_asked GUARDED_BY(m_mutex); // in their order
    std::shared_ptr<Asked> m_next GUARDED_BY(m_mutex);              // being read
    std::size_t m_bytes GUARDED_BY(m_mutex) = 0;                    // of m_asked
    bool m_reading GUARDED_BY(m_mutex) = false;
    bool m_writing GUARDED_BY(m_mutex) = false; // the first of m_asked
    bool m_allRead GUARDED_BY(m_mutex) = false; // the caller has said everything
    bool m_closing GUARDED_BY(m_mutex) = false; // the node has
    bool m_gone GUARDED_BY(m_mutex) = false;    // nobody reads answers any more
    bool m_finished GUARDED_BY(m_mutex) = false;
};

InferStreams::Reactor* InferStreams::open(StreamTerms terms) {
    const auto stream = std::make_shared<Stream>(*this, std::move(terms));
    {
        const MutexLock lock(m_mutex);
        if (m_closed) {
            return refuse(shuttingDown());
        }
        m_streams.insert(stream);
    }
    stream->start();
    return stream.get();
}

InferStreams::Reactor* InferStreams::refuse(const grpc::Status& status) {
    return new Refused(status);
}

void InferStreams::close() {
    std::set<std::shared_ptr<Stream>> streams;
    {
        const MutexLock lock(m_mutex);
        m_closed = true;
        streams = m_streams;
    }
    for (const auto& stream : streams) {
        stream->close();
    }
}

void InferStreams::remove(const std::shared_ptr<Stream>& stream) {
    const MutexLock lock(m_mutex);
    m_streams.erase(stream);
}

} // namespace gnomon::node
