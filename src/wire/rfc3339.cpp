#include <wire/rfc3339.hpp>
