// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/export_call.h"
#include "backend/client/unary_call.h"

#include <gnomon/v1/audit.grpc.pb.h>

namespace gnomon::client {

namespace {

class ExportCall final : public grpc::ClientReadReactor<v1::ExportRecordsResponse> {
public:
    ExportCall(CallSet& calls, const ConnectOptions& options, Line line, port::ExportEvents events)
        : m_calls(calls), m_options(options), m_line(std::move(line)), m_events(std::move(events)),
          m_stub(v1::AuditService::NewStub(m_line.channel)) {}

    // Owns itself from then on, until OnDone().
    static void start(std::unique_ptr<ExportCall> call, std::chrono::milliseconds deadline, std::stop_token stop) {
        call->m_context->set_deadline(std::chrono::system_clock::now() + deadline);
        if (!call->m_calls.add(call->m_context)) {
            return;
        }
        ExportCall* const raw = call.release();
        raw->m_onStop.emplace(std::move(stop), cancelling(raw->m_context));
        raw->m_stub->async()->ExportRecords(raw->m_context.get(), &raw->m_request, raw);
        raw->StartRead(&raw->m_response);
        raw->StartCall();
    }

private:
    void OnReadDone(bool ok) override {
        if (!ok) {
            return;
        }
        m_done = m_response.done();
        m_total = m_response.total();
        m_events.chunk(asBytes(m_response.chunk()), m_done, m_total);
        StartRead(&m_response);
    }

    void OnDone(const grpc::Status& status) override {
        m_onStop.reset();
        const auto complete = [this](const v1::ExportRecordsResponse&) -> Result<bool> {
            if (m_done != m_total) {
                return Error{ErrorCode::Corrupt, "the export ended before the end of the log"};
            }
            return true;
        };
        const auto end = answer<bool>(status, *m_context, m_line, m_options, m_response, complete);
        m_events.finished(end.ok() ? Status() : Status(end.error()));
        CallSet& calls = m_calls;
        CallSet::Context context = std::move(m_context);
        delete this;
        calls.remove(std::move(context));
    }

    CallSet& m_calls;
    const ConnectOptions& m_options;
    const Line m_line;
    const port::ExportEvents m_events;
    const std::unique_ptr<v1::AuditService::Stub> m_stub;
    CallSet::Context m_context = std::make_shared<grpc::ClientContext>();
    const v1::ExportRecordsRequest m_request;
    v1::ExportRecordsResponse m_response;
    std::uint64_t m_done = 0;
    std::uint64_t m_total = 0;
    std::optional<CancelOnStop> m_onStop;
};

} // namespace

void startExport(CallSet& calls, Connection& connection, std::chrono::milliseconds deadline, std::stop_token stop,
                 port::ExportEvents events) {
    ExportCall::start(
        std::make_unique<ExportCall>(calls, connection.options(), connection.current(), std::move(events)), deadline,
        std::move(stop));
}

} // namespace gnomon::client
