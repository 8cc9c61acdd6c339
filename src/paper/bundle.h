#pragma once
// Bundles: a zip of files for somebody outside, who can check that nothing is missing and nothing was changed.
//
//     struct bundle *bundle = bundle_create(now_us, offset_us, arena, &zip);
//     TRY(bundle_add(bundle, SLICE("01 移送函.pdf"), pdf, BUNDLE_NO_ROWS, diag));
//     TRY(bundle_add(bundle, SLICE("04 交易流水.csv"), csv, 3120, diag));
//     TRY(bundle_finish(bundle, &digests, diag));       // of the whole zip
//     bundle_destroy(bundle);
//
// Behind the files come `manifest.json` (name, bytes, rows, SHA-256 and SM3 of each), `SHA256SUMS` and `SM3SUMS`, which name all files and the
// manifest, in the form of `sha256sum -c SHA256SUMS`. SM3 (GB/T 32905-2016) is the hash of Chinese authorities; `openssl dgst -sm3` computes it.
//
// Files are compressed in the order they are added. The same calls give the same bytes with the same zlib: all files have the time that was passed,
// in the zone that was passed, and neither owner nor anything else of the machine. Names are UTF-8 and are marked as such, so that Windows shows them
// right; they are refused where Windows could not make such a file. (libarchive, which reads uploads, is not taken here: its zips hold the machine's
// local time.) Not there: encryption, files of 4 GiB and more (Zip64).
//
// Memory: the zip and some hundred bytes a file; contents are not kept.
//
// Codes: PA020 a name cannot be in a bundle; PA021 a name is there twice; PA022 the bundle is larger than it may be; PA023 a hash or the compression
// fails.

#include "base/buf.h"
#include "base/diag.h"

enum { BUNDLE_FILES_MAX = 10000, BUNDLE_NAME_MAX = 200, BUNDLE_NO_ROWS = -1 };

struct bundle;

typedef struct BundleDigests { // in lower-case hexadecimal digits
    char sha256[65];
    char sm3[65];
} BundleDigests;

// False: OpenSSL has one of the two not.
bool bundle_digest(Slice bytes, BundleDigests *ret_digests);

// `out` has to be empty and stays the caller's; it must live until the bundle is finished. What diags say lives as long as `arena`.
struct bundle *bundle_create(int64_t made_us, int64_t offset_us, struct arena *arena, struct buf *out);
// NULL is let pass.
void bundle_destroy(struct bundle *bundle);
// `name`: a path with '/', such as "附件/流水.csv". `rows`: how many the file has, for the manifest, or BUNDLE_NO_ROWS.
MUST_USE Status bundle_add(struct bundle *bundle, Slice name, Slice bytes, int64_t rows, struct diag *diag);
// Adds the manifests and ends the zip. Nothing can be added afterwards.
MUST_USE Status bundle_finish(struct bundle *bundle, BundleDigests *ret_digests, struct diag *diag);
