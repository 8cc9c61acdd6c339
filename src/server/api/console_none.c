// A program that was built without the console: -Dconsole=false.

#include "server/api/console.h"

const struct console_asset console_assets[1];
const uint32_t console_asset_count = 0;
const char console_blob[1];
