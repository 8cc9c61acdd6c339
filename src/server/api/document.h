#pragma once
// The API's description, as it stands in the program: openapi.json, and the page that scripts/api_page.py makes of it.

#include "base/slice.h"

extern const Slice document_openapi, document_page, document_style;
