#pragma once
// Files: whole ones in and out, directories, and streams of bytes. Everything that fails fills the caller's
// diag (its texts live in the arena given) with the path and what the system said.
//
//     Slice text;
//     TRY(file_read(SLICE("packs/bank/pack.yaml"), 4 << 20, arena, &text, diag));
//
//     struct file_reader *reader;
//     TRY(file_reader_open(SLICE("events.ndjson.gz"), arena, &reader, diag));   // "-": standard input
//     struct byte_source source = file_reader_source(reader);
//     ...
//     file_reader_close(reader);
//
//     struct file_writer *writer;
//     TRY(file_writer_open(SLICE("decisions.ndjson"), arena, &writer, diag));   // "-": standard output
//     file_writer_put(writer, line);                                            // remembers its first failure
//     TRY(file_writer_close(writer, arena, diag));                              // and tells it here
//
// Codes: OS001 cannot open, OS002 cannot read, OS003 cannot write, OS004 too large, OS005 directory.

#include "base/byte_source.h"
#include "base/diag.h"

enum {
    FILE_LIST_MAX = 1 << 20, // files of one listing
    FILE_DEPTH_MAX = 16,     // folders within folders
    FILE_PADDING = 64,       // zero bytes behind the text of file_read()
    FILE_PATH_MAX = 4096,    // bytes of a path, with the NUL behind it
};

// The whole file, at most `size_max` bytes, in the arena; FILE_PADDING zero bytes follow it.
MUST_USE Status file_read(Slice path, size_t size_max, struct arena *arena, Slice *ret_text,
                          struct diag *diag);
// Replaces a file as a whole: after a crash there is the old one or the new one. The text is on disk when it
// returns.
MUST_USE Status file_write(Slice path, Slice text, struct arena *arena, struct diag *diag);
// The same for a file that nobody else on the machine may read, whatever the one before allowed.
MUST_USE Status file_write_private(Slice path, Slice text, struct arena *arena, struct diag *diag);
bool file_is_directory(Slice path);
// Whether there is a regular file. It is not opened: who closes a file of SQLite's takes its locks from
// the whole process.
bool file_is_there(Slice path);
// Whether a path is the folder or lies in it, whatever links and dots say. The path itself need not be there, the
// folder above it has to be; false where that or `folder` is not there.
bool file_lies_in(Slice path, Slice folder);
// Makes one folder below one that is there; fine when it is there already.
MUST_USE Status file_make_directory(Slice path, struct arena *arena, struct diag *diag);
// The same for one that nobody else on the machine may look into. One that is there already keeps what it allows.
MUST_USE Status file_make_private_directory(Slice path, struct arena *arena, struct diag *diag);

// Removes an empty folder; fine when there is none.
MUST_USE Status file_remove_directory(Slice path, struct arena *arena, struct diag *diag);

// A list of paths, in the arena.
typedef struct FileList {
    const Slice *paths;
    uint32_t count;
} FileList;

// The regular files below a folder whose names end in `suffix` (empty: all), as paths that begin with
// `directory`, in the order of their bytes. Names that begin with '.' and links to nothing are passed over; other
// links are followed. What cannot be looked at is a failure: a listing leaves nothing out in silence.
MUST_USE Status file_list(Slice directory, Slice suffix, bool recursive, struct arena *arena,
                          FileList *ret_list, struct diag *diag);

struct file_reader;

MUST_USE Status file_reader_open(Slice path, struct arena *arena, struct file_reader **ret_reader,
                                 struct diag *diag);
void file_reader_close(struct file_reader *reader);
struct byte_source file_reader_source(struct file_reader *reader);
// Bytes of a regular file, 0 for others; bytes read so far. May be asked from another thread.
uint64_t file_reader_size(const struct file_reader *reader);
uint64_t file_reader_position(const struct file_reader *reader);
// What the system said when a read failed (STATUS_IO), for messages.
const char *file_reader_error(const struct file_reader *reader);

struct file_writer;

// Makes the file or empties it.
MUST_USE Status file_writer_open(Slice path, struct arena *arena, struct file_writer **ret_writer,
                                 struct diag *diag);
// Buffered. After a failure nothing more is written; file_writer_close() tells.
void file_writer_put(struct file_writer *writer, Slice text);
// Hands what was put so far to the system, where other programs see it; it need not be on disk.
void file_writer_flush(struct file_writer *writer);
// Whether it is worth going on.
bool file_writer_failed(const struct file_writer *writer);
// Writes the rest and frees the writer, in any case.
MUST_USE Status file_writer_close(struct file_writer *writer, struct arena *arena, struct diag *diag);
