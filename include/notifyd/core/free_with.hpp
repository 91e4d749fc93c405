// A deleter for what a C library hands out: std::unique_ptr<X509, FreeWith<X509_free>>.
// Owns: nothing. Thread: any. Fails: never.
#pragma once

namespace notifyd {

template <auto free_function>
struct FreeWith {
    template <class T>
    void operator()(T* handle) const {
        free_function(handle);
    }
};

}  // namespace notifyd
