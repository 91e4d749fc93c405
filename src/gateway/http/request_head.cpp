// Reads the target and the fields that endpoints use.
#include "http/request_head.hpp"

#include "notifyd/core/topic_name.hpp"

#include <string>
#include <utility>

namespace notifyd::gateway {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

// Removes the base path. False: the path is not below it.
bool strip_base(std::string& path, std::string_view base) {
    if (base.empty() || path == "*") return true;
    const bool inside = path.starts_with(base) && (path.size() == base.size() || path[base.size()] == '/');
    if (!inside) return false;
    path.erase(0, base.size());
    if (path.empty()) path.push_back('/');
    return true;
}

}  // namespace

Result<void> read_request_head(const RequestReader& reader, std::string_view base_path, HttpRequest& request) {
    const BeastRequest& head = reader.request();
    const HeadFields& fields = reader.fields();
    Result<Target> target = read_target(head);
    if (!target) return target.error();
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    if (!strip_base(request.path, base_path)) return Error{Errc::not_found, "There is no such path"};
    if (fields.authorization.times > 1) return Error{Errc::invalid_request, "Authorization is given more than once"};
    if (fields.idempotency_key.times > 1)
        return Error{Errc::invalid_request, "Idempotency-Key is given more than once"};
    if (!is_valid_utf8(fields.idempotency_key.value))
        return Error{Errc::invalid_request, "Idempotency-Key is not valid UTF-8"};
    request.authorization = fields.authorization.value;
    request.user_agent = fields.user_agent.value;
    request.content_type = fields.content_type.value;
    if (fields.idempotency_key.times == 1) request.idempotency_key = fields.idempotency_key.value;
    if (head.method() == http::verb::options) {
        request.requested_headers = view(head[http::field::access_control_request_headers]);
    }
    return {};
}

}  // namespace notifyd::gateway
