#pragma once
// c-ares 1.34 marks the parsing calls that 1.18 needs as deprecated; the project builds on both.
#define CARES_NO_DEPRECATED
#include <ares.h>
