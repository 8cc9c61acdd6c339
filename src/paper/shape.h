#pragma once
// Shapes: marks that are told apart without colour, and how series look.

#include "paper/canvas.h"

typedef enum Shape { SHAPE_CIRCLE, SHAPE_SQUARE, SHAPE_DIAMOND, SHAPE_TRIANGLE, SHAPE_CROSS, SHAPE_RING } Shape;

// As large as a circle of the radius, about (x, y).
void shape_draw(struct canvas *canvas, Shape shape, double x, double y, double radius, Ink ink);

typedef struct SeriesLook {
    Ink ink;
    double hatch; // bars: distance of lines across them; 0: none
    Shape shape;  // of points
    double dash[2];
} SeriesLook;

// `series` below FIGURE_SERIES_MAX.
SeriesLook series_look(uint32_t series);
// A bar in the look of a series.
void series_bar(struct canvas *canvas, const SeriesLook *look, double x, double y, double width, double height);
