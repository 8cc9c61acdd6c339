// The API tells what it is: the OpenAPI document and a page of it for people. The page has no script, and its style comes from here.

#include "server/api/api.h"

#include "server/api/document.h"

void api_get_openapi(void *context, struct http_request *request) {
    api_reply_json(request, 200, document_openapi);
}

void api_get_docs(void *context, struct http_request *request) {
    struct http_header policy = {SLICE("Content-Security-Policy"), SLICE("default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'")};
    http_reply(request, &(struct http_reply){
                            .status = 200, .content_type = SLICE("text/html; charset=utf-8"), .headers = &policy, .header_count = 1, .body = document_page});
}

void api_get_docs_style(void *context, struct http_request *request) {
    http_reply(request, &(struct http_reply){.status = 200, .content_type = SLICE("text/css; charset=utf-8"), .body = document_style});
}
