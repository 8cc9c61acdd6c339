#include "cli/pack.h"

#include "cli/options.h"

Status pack_open_with(struct pack_folder *pack, Slice path, const struct pack_file *extra, uint32_t extra_count) {
    struct diag diag;
    pack_init(pack, path);
    if (pack_read(pack, extra, extra_count, &diag) != STATUS_OK) {
        cli_tell(&diag);
        return STATUS_IO;
    }
    Status status = pack_compile(pack);
    if (status != STATUS_OK) {
        diag_list_print(&pack->catalogue->diags, stderr);
    }
    return status;
}

Status pack_open(struct pack_folder *pack, Slice path) {
    return pack_open_with(pack, path, NULL, 0);
}
