#pragma once
// Drafts: the files of a body that are laid over the pack that decides.

#include "server/api/api.h"

enum { DRAFT_FILES_MAX = 200 };

// The member is an object of paths with texts, null for a file that goes. Without a member: none, where it is not needed. False: it has answered, and the deed is gone.
bool draft_read_files(struct deed *deed, uint32_t member, bool is_needed, const struct pack_file **ret_files, uint32_t *ret_count);
