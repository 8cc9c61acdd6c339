#include "load/reply.h"

// What a head said, while it is read.
struct head {
    struct reply_reader *reader;
    bool has_length;
    const char *fault;
};

static const Slice head_end = {"\r\n\r\n", 4};
static const Slice status_begin = {"HTTP/1.1 ", 9};

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static char lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

// Whether a text is `word`, which is in lower case, in whatever case.
static bool is_word(Slice text, Slice word) {
    if (text.size != word.size) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (lower(text.at[i]) != word.at[i]) {
            return false;
        }
    }
    return true;
}

// "HTTP/1.1 200 OK"; the text behind the number may be empty or missing.
static const char *read_status_line(struct reply_reader *reader, Slice line) {
    const char *digits = line.at + status_begin.size;
    if (line.size < 12 || !is_digit(digits[0]) || !is_digit(digits[1]) || !is_digit(digits[2]) || (line.size > 12 && digits[3] != ' ')) {
        return "the status is no number of three digits";
    }
    reader->status = (uint16_t)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
    return reader->status >= 200 ? NULL : "an interim reply (1xx), which nothing asked for";
}

static const char *read_length(struct head *head, Slice value) {
    if (head->has_length) {
        return "Content-Length stands twice";
    }
    if (value.size == 0) {
        return "Content-Length is no number";
    }
    size_t length = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (!is_digit(value.at[i])) {
            return "Content-Length is no number";
        }
        length = length * 10 + (size_t)(value.at[i] - '0');
        if (length > REPLY_BODY_MAX) {
            return "the body is longer than 64 MiB";
        }
    }
    head->has_length = true;
    head->reader->body_size = length;
    return NULL;
}

static const char *read_encoding(struct reply_reader *reader, Slice value) {
    if (!reader->wants_chunks || reader->status != 200) {
        return "the body comes with a Transfer-Encoding (in chunks); only Content-Length is understood here";
    }
    if (reader->chunked || !is_word(value, SLICE("chunked"))) {
        return "the Transfer-Encoding is not 'chunked' and nothing else";
    }
    reader->chunked = true;
    return NULL;
}

static bool says_close(Slice value) {
    Slice word;
    while (slice_split(&value, ',', &word)) {
        if (is_word(slice_trim(word), SLICE("close"))) {
            return true;
        }
    }
    return false;
}

static const char *read_header(struct head *head, Slice line) {
    size_t colon = slice_find_byte(line, ':', 0);
    if (colon == 0 || colon == line.size || line.at[0] == ' ' || line.at[0] == '\t' || line.at[colon - 1] == ' ') {
        return "a header is not 'name: value'";
    }
    Slice name = slice_part(line, 0, colon);
    Slice value = slice_trim(slice_part(line, colon + 1, SIZE_MAX));
    if (is_word(name, SLICE("content-length"))) {
        return read_length(head, value);
    }
    if (is_word(name, SLICE("transfer-encoding"))) {
        return read_encoding(head->reader, value);
    }
    if (is_word(name, SLICE("connection"))) {
        head->reader->closes = head->reader->closes || says_close(value);
    }
    return NULL;
}

// Line ends only together, and nothing else that is no text.
static bool is_clean(Slice head) {
    for (size_t i = 0; i < head.size; i++) {
        unsigned char byte = (unsigned char)head.at[i];
        bool ends = byte == '\r' ? i + 1 < head.size && head.at[i + 1] == '\n' : byte == '\n' && i > 0 && head.at[i - 1] == '\r';
        if ((byte < ' ' && byte != '\t' && !ends) || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

// Where the body ends has to be said, and once.
static const char *check_body(const struct head *head) {
    const struct reply_reader *reader = head->reader;
    bool wants_chunks = reader->wants_chunks && reader->status == 200;
    bool has_no_body = reader->status == 204 || reader->status == 304;
    if (reader->chunked && head->has_length) {
        return "there are a Transfer-Encoding and a Content-Length";
    }
    if (wants_chunks && !reader->chunked) {
        return "the answers of a stream do not come in chunks";
    }
    return head->has_length || has_no_body || wants_chunks ? NULL : "there is no Content-Length";
}

// `text` ends with the end of its last line.
static const char *read_head(struct reply_reader *reader, Slice text) {
    if (!slice_starts_with(text, status_begin)) {
        return "the reply does not begin with a status line of HTTP/1.1";
    }
    if (!is_clean(text)) {
        return "the head holds a control character";
    }
    struct head head = {.reader = reader};
    Slice line;
    slice_split(&text, '\n', &line);
    const char *fault = read_status_line(reader, slice_part(line, 0, line.size - 1));
    while (fault == NULL && slice_split(&text, '\n', &line) && line.size > 1) {
        fault = read_header(&head, slice_part(line, 0, line.size - 1));
    }
    reader->body_size = reader->status == 204 || reader->status == 304 ? 0 : reader->body_size;
    return fault == NULL ? check_body(&head) : fault;
}

static ReplyState wrong(struct reply *ret_reply, const char *fault) {
    *ret_reply = (struct reply){.fault = fault};
    return REPLY_WRONG;
}

ReplyState reply_read_head(struct reply_reader *reader, Slice bytes, const char **ret_fault) {
    size_t end = slice_find(bytes, head_end, reader->looked);
    if ((end == SIZE_MAX ? bytes.size : end + head_end.size) > REPLY_HEAD_MAX) {
        *ret_fault = "the head is longer than 16 KiB";
        return REPLY_WRONG;
    }
    if (end == SIZE_MAX) {
        reader->looked = bytes.size < head_end.size ? 0 : bytes.size - (head_end.size - 1);
        return REPLY_MORE;
    }
    const char *fault = read_head(reader, slice_part(bytes, 0, end + 2));
    if (fault != NULL) {
        *ret_fault = fault;
        return REPLY_WRONG;
    }
    reader->head_size = end + head_end.size;
    return REPLY_WHOLE;
}

ReplyState reply_read(struct reply_reader *reader, Slice bytes, struct reply *ret_reply) {
    const char *fault = NULL;
    ReplyState head = reader->head_size > 0 ? REPLY_WHOLE : reply_read_head(reader, bytes, &fault);
    if (head != REPLY_WHOLE) {
        return head == REPLY_MORE ? REPLY_MORE : wrong(ret_reply, fault);
    }
    if (bytes.size - reader->head_size < reader->body_size) {
        return REPLY_MORE;
    }
    *ret_reply = (struct reply){.status = reader->status,
                                .closes = reader->closes,
                                .body = {bytes.at + reader->head_size, reader->body_size},
                                .size = reader->head_size + reader->body_size};
    return REPLY_WHOLE;
}
