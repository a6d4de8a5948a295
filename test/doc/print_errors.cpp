// Prints the error table as it stands in doc/errors.md.
#include <thump/errc.hpp>

#include <iostream>

namespace {

void print_number(int number)
{
    if (number != 0) std::cout << number;
    std::cout << " | ";
}

}   // namespace

int main()
{
    std::cout << "| error | HTTP | close | what happened |\n|---|---|---|---|\n";
    for (auto const& row : thump::error_table()) {
        std::cout << "| `" << row.name << "` | ";
        print_number(row.http_status);
        print_number(row.close_code);
        std::cout << row.sentence << " |\n";
    }
}
