// A client of Qiantang in C with libcurl: decides the lines of standard input one by one, over one connection that is kept, and prints the decisions.
//
//     cc -O2 -o qiantang_client qiantang_client.c -lcurl
//     ./qiantang_client http://127.0.0.1:8080 < events.ndjson > decisions.ndjson
//
// An event counts once by its event_id, so it is sent again as long as there is no answer: when the connection breaks, and after 429 and 503. A record that the server
// refuses is told on standard error and the next one goes on; the exit code is then 1. A key is taken from QIANTANG_KEY.

#include <curl/curl.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ATTEMPTS = 8, PAUSE_MS_MAX = 5000 };

struct answer {
    char *bytes;
    size_t size;
};

static size_t keep(char *bytes, size_t size, size_t count, void *context) {
    struct answer *answer = context;
    char *wider = realloc(answer->bytes, answer->size + size * count + 1);
    if (wider == NULL) {
        return 0; // ends the transfer with an error
    }
    answer->bytes = wider;
    memcpy(wider + answer->size, bytes, size * count);
    answer->size += size * count;
    wider[answer->size] = '\0';
    return size * count;
}

static void pause_ms(long ms) {
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&span, NULL);
}

// The status of the answer; 0: there is none.
static long send_once(CURL *curl, const char *record, size_t size, struct answer *answer) {
    long status = 0;
    answer->size = 0;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, record);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        fprintf(stderr, "no answer: %s\n", curl_easy_strerror(code));
        return 0;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// Sends until there is an answer that does not pass by itself.
static long decide(CURL *curl, const char *record, size_t size, struct answer *answer) {
    long status = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        status = send_once(curl, record, size, answer);
        if (status != 0 && status != 429 && status != 503) {
            return status;
        }
        curl_off_t after_s = 0;
        curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after_s);
        long growing_ms = 50L << attempt;
        long wait_ms = after_s > 0 ? (long)after_s * 1000 : growing_ms;
        pause_ms(wait_ms < PAUSE_MS_MAX ? wait_ms : PAUSE_MS_MAX);
    }
    return status;
}

static CURL *open_client(const char *url, struct curl_slist *headers) {
    static char target[4096];
    CURL *curl = curl_easy_init();
    if (curl == NULL) {
        return NULL;
    }
    snprintf(target, sizeof target, "%s/v1/events", url);
    curl_easy_setopt(curl, CURLOPT_URL, target);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    return curl;
}

static struct curl_slist *make_headers(void) {
    char line[1024];
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    const char *key = getenv("QIANTANG_KEY");
    if (key != NULL) {
        snprintf(line, sizeof line, "Authorization: Bearer %s", key);
        headers = curl_slist_append(headers, line);
    }
    return headers;
}

static bool is_blank(const char *line, ssize_t size) {
    return strspn(line, " \t\r\n") == (size_t)size;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: qiantang_client URL < events.ndjson > decisions.ndjson\n");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct curl_slist *headers = make_headers();
    CURL *curl = open_client(argv[1], headers);
    struct answer answer = {0};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    bool failed = curl == NULL;
    bool refused = false;
    while (!failed && (size = getline(&line, &capacity, stdin)) > 0) {
        if (is_blank(line, size)) {
            continue;
        }
        long status = decide(curl, line, (size_t)size, &answer);
        bool is_refused = status >= 400 && status < 500;
        failed = status != 200 && !is_refused;
        refused = refused || is_refused;
        fwrite(answer.bytes, 1, status == 0 ? 0 : answer.size, status == 200 ? stdout : stderr);
        if (status != 200 && status != 0) {
            fputc('\n', stderr);
        }
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    curl_global_cleanup();
    free(answer.bytes);
    free(line);
    return failed || refused;
}
