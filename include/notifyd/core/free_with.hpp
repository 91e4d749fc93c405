// A deleter for handles from C libraries: std::unique_ptr<X509, FreeWith<X509_free>>.
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
