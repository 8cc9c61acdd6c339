#pragma once
// Records: what stands in the journal of a server. Whoever replays it needs nothing else but the packs that it names.
//
// An event is followed by its decision, unless a crash came between; then it is the last record, and its decision is made again. The flags of
// an event are its Effort. The record's time is when it was appended, by the machine's clock.

// X(NAME, number, what its bytes are)
#define RECORD_KINDS(X)                                                                                                              \
    X(RELEASE, 1, "from here on another catalogue decides: {\"catalogue\": label, \"state\": \"new\", \"kept\" or \"rebuilt\", ...}") \
    X(EVENT, 2, "an event, as it came")                                                                                              \
    X(CHANGE, 3, "a change of a list or table, as it came")                                                                          \
    X(DECISION, 4, "the decision of the event before it, as it was given")                                                           \
    X(LABEL, 5, "what became of an event: {\"event_id\": ..., \"label\": ..., ...}")                                                  \
    X(BRAKE, 6, "a brake takes hold or lets go: {\"rule\": ..., \"key\": ..., \"held\": true, ...}")                                    \
    X(NIGHT, 7, "how far a nightly run is: {\"run\": its moment, \"state\": \"begun\", \"going\" or \"done\", ...}")                         \
    X(NIGHT_DECISION, 8, "what a nightly run found: {\"run\": ..., \"of\": sequence of an event, \"decision\": {...}}, or of a subject "       \
                         "{\"run\": ..., \"tick\": number, \"event\": {...}, \"decision\": {...}}")

typedef enum RecordKindInJournal {
#define X(name, number, text) KIND_##name = number,
    RECORD_KINDS(X)
#undef X
} RecordKindInJournal;
