// An error that knows its place.
#pragma once

#include <thump/errc.hpp>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace thump {

/// What is wrong with an input, and where.
struct error {
    boost::system::error_code code = {};   ///< what, in one word
    /// One sentence for the one who sent the input.
    std::string detail = {};
    /// JSON pointer (RFC 6901) to the element at fault, as in `/metadata/task_id`; empty: the
    /// whole.
    std::string pointer = {};
    /// Byte offset into the input, where the fault has one.
    std::optional<std::size_t> offset = {};
    /// Element of the batch, counted from 0, where the input is a batch.
    std::optional<std::size_t> index = {};
};

/// A value, or what is wrong with the input that it was to be made of.
template <class T>
using result = boost::system::result<T, error>;

/// `result::value()` on an error throws the error as a `system_error`.
[[noreturn]] inline void throw_exception_from_error(error const& e,
                                                    boost::source_location const& where)
{
    boost::throw_exception(boost::system::system_error{e.code, e.detail}, where);
}

}   // namespace thump
