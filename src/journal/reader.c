// Reading from a sequence on, across segments, also behind a writer that is at work.

#include "journal/journal.h"
#include "journal/walk.h"
#include "os/file.h"

#include <errno.h>
#include <stdlib.h>

struct journal_reader {
    const struct disk *disk;
    Slice folder;
    struct journal_reader_options options;
    struct segment *segment;
    struct arena paths; // the path of the open segment, and what a listing takes
    Slice path;
    uint64_t from;     // the first sequence that is wanted
    Slice rest;        // of the frame that is being given
    uint64_t sequence; // of its next record
    Status end;        // STATUS_OK, or what it ended with
};

static Status stop(struct journal_reader *reader, Fault fault, struct arena *arena,
                   struct diag *diag) {
    reader->end = fault_fail(fault, reader->path, arena, diag);
    return reader->end;
}

static Status stop_call(struct journal_reader *reader, int error, struct arena *arena,
                        struct diag *diag) {
    return stop(reader, (Fault){FAULT_UNREADABLE, segment_offset(reader->segment), error}, arena,
                diag);
}

static Status open_segment(struct journal_reader *reader, uint64_t first_sequence, Joint joint,
                           struct arena *arena, struct diag *diag) {
    arena_reset(&reader->paths);
    reader->path = folder_segment(&reader->paths, reader->folder, first_sequence);
    Fault fault;
    if (!segment_open(reader->segment, reader->path, first_sequence, &fault) ||
        !joint_check(&joint, reader->segment, &fault)) {
        return stop(reader, fault, arena, diag);
    }
    return STATUS_OK;
}

static Status list(const struct disk *disk, Slice folder, struct arena *arena,
                   struct folder_listing *ret_listing, struct diag *diag) {
    int error = folder_list(disk, folder, arena, ret_listing);
    return error == 0 ? STATUS_OK
                      : diag_fail(diag, arena, STATUS_IO, "JO002", "cannot list '%.*s': %s",
                                  SLICE_ARGS(folder), strerror(error));
}

Status journal_oldest(const struct disk *disk, Slice folder, struct arena *arena,
                      uint64_t *ret_sequence, struct diag *diag) {
    struct folder_listing listing;
    TRY(list(disk, folder, arena, &listing, diag));
    *ret_sequence = listing.segments.count == 0 ? 0 : listing.segments.at[0];
    return STATUS_OK;
}

Status journal_reader_open(const struct disk *disk, Slice folder, uint64_t from,
                           struct journal_reader_options options, struct arena *arena,
                           struct journal_reader **ret_reader, struct diag *diag) {
    struct folder_listing listing;
    TRY(list(disk, folder, arena, &listing, diag));
    uint32_t index = listing.segments.count;
    while (index > 0 && listing.segments.at[index - 1] > from) {
        index--;
    }
    if (index == 0) {
        return diag_fail(diag, arena, STATUS_NOT_FOUND, "JO005",
                         "the journal in '%.*s' does not hold sequence %llu any more",
                         SLICE_ARGS(folder), (unsigned long long)from);
    }
    struct journal_reader *reader = memory_alloc(sizeof *reader);
    arena_init(&reader->paths, FILE_PATH_MAX);
    reader->disk = disk;
    reader->folder = arena_copy(arena, folder);
    reader->options = options;
    reader->segment = segment_create(disk, options.chain);
    reader->from = from;
    Status status = open_segment(reader, listing.segments.at[index - 1], (Joint){0}, arena, diag);
    Fault fault;
    // A chain of hashes is walked from its beginning.
    if (status == STATUS_OK && !options.chain && from > listing.segments.at[index - 1] &&
        !segment_seek(reader->segment, from, &fault)) {
        status = stop(reader, fault, arena, diag);
    }
    if (status != STATUS_OK) {
        journal_reader_close(reader);
        return status;
    }
    *ret_reader = reader;
    return STATUS_OK;
}

void journal_reader_close(struct journal_reader *reader) {
    if (reader != NULL) {
        segment_destroy(reader->segment);
        arena_deinit(&reader->paths);
        free(reader);
    }
}

// The first sequence of the segment behind the open one; 0: there is none.
static Status find_next(struct journal_reader *reader, uint64_t *ret_next, struct arena *arena,
                        struct diag *diag) {
    uint64_t here = segment_header(reader->segment)->first_sequence;
    ArenaMark mark = arena_mark(&reader->paths);
    struct folder_listing listing;
    int error = folder_list(reader->disk, reader->folder, &reader->paths, &listing);
    uint64_t next = 0;
    for (uint32_t i = 0; error == 0 && i < listing.segments.count && next == 0; i++) {
        next = listing.segments.at[i] > here ? listing.segments.at[i] : 0;
    }
    arena_rewind(&reader->paths, mark);
    if (error != 0) {
        return stop_call(reader, error, arena, diag);
    }
    *ret_next = next;
    return STATUS_OK;
}

// A frame that another one follows was synced before that was begun. The last one may not have
// been, so it is here.
static Status settle(struct journal_reader *reader, struct arena *arena, struct diag *diag) {
    if (reader->options.journal == NULL && !segment_followed(reader->segment)) {
        int error = segment_sync(reader->segment);
        return error == 0 ? STATUS_OK : stop_call(reader, error, arena, diag);
    }
    return STATUS_OK;
}

// Whether the frame that is due may be looked at: with a journal at hand, when it is durable.
static bool may_look(const struct journal_reader *reader) {
    return reader->options.journal == NULL ||
           segment_sequence(reader->segment) <= journal_durable(reader->options.journal);
}

// Where no frame was found. STATUS_OK with a frame, or without one (`size` 0) and with the next
// segment open.
static Status at_the_end(struct journal_reader *reader, Frame *ret_frame, struct arena *arena,
                         struct diag *diag) {
    uint64_t next = 0;
    TRY(find_next(reader, &next, arena, diag));
    // Only now: what was read ahead is old, and when there is a next segment, this one is complete.
    segment_refresh(reader->segment);
    Fault fault = {0};
    Status status = segment_next(reader->segment, ret_frame, &fault);
    if (status == STATUS_OK || (status == STATUS_END && next == 0)) {
        return status;
    }
    if (status == STATUS_END) {
        ret_frame->header.size = 0;
        return open_segment(reader, next, joint_of(reader->segment), arena, diag);
    }
    if (status == STATUS_IO || next != 0 || reader->options.journal != NULL) {
        return stop(reader, fault, arena, diag);
    }
    status = segment_look_again(reader->segment, ret_frame, &fault);
    return status == STATUS_OK || status == STATUS_END ? status : stop(reader, fault, arena, diag);
}

static Status next_frame(struct journal_reader *reader, struct arena *arena, struct diag *diag) {
    for (;;) {
        ENSURE(may_look(reader), STATUS_END);
        Frame frame;
        Fault fault = {0};
        Status status = segment_next(reader->segment, &frame, &fault);
        if (status == STATUS_IO) {
            return stop(reader, fault, arena, diag);
        }
        if (status != STATUS_OK) {
            TRY(at_the_end(reader, &frame, arena, diag));
        }
        if (frame.header.size > 0 && frame.header.record_count > 0) {
            TRY(settle(reader, arena, diag));
            reader->rest = frame.payload;
            reader->sequence = frame.header.first_sequence;
            return STATUS_OK;
        }
    }
}

Status journal_reader_next(struct journal_reader *reader, struct journal_entry *ret_entry,
                           struct arena *arena, struct diag *diag) {
    TRY(reader->end);
    for (;;) {
        if (reader->rest.size == 0) {
            TRY(next_frame(reader, arena, diag));
        }
        struct record_header header;
        Slice data;
        INVARIANT(record_decode(&reader->rest, &header, &data)); // the frame was checked as a whole
        uint64_t sequence = reader->sequence++;
        if (sequence >= reader->from) {
            *ret_entry =
                (struct journal_entry){sequence, header.kind, header.flags, header.time_us, data};
            return STATUS_OK;
        }
    }
}
