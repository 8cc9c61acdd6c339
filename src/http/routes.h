#pragma once
// Routes: the table of routes as a tree of path parts. At each part a literal one goes before
// {name}, that before {rest...}; what leads nowhere is taken back, so "/a/b" (POST) and "/a/{x}"
// (GET) do not hide each other. A search visits each node of the tree at most once.

#include "http/target.h"

struct routes;

// STATUS_INVALID: a pattern is malformed, or two routes are the same.
MUST_USE Status routes_create(const struct http_route *table, uint32_t count, struct arena *arena,
                              struct routes **ret_routes, struct diag *diag);
void routes_destroy(struct routes *routes);

struct route_match {
    const struct http_route *route; // NULL: none for this method
    uint32_t methods; // one bit each: those that the path knows; 0: the path is unknown
    uint32_t count;
    Slice names[HTTP_PARAMETERS_MAX];
    Slice values[HTTP_PARAMETERS_MAX];
};

// HEAD finds GET where it has no route of its own. Texts of the match live in the target, the table
// and the arena.
void routes_find(const struct routes *routes, HttpMethod method, const struct target *target,
                 struct arena *arena, struct route_match *ret_match);
// Methods of all routes, for OPTIONS *.
uint32_t routes_methods(const struct routes *routes);
