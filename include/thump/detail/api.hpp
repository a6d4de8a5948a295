// What a shared library of thump exports.
#pragma once

/// Marks what programs that use thump may call; everything else is hidden in the library.
#define THUMP_API __attribute__((visibility("default")))
