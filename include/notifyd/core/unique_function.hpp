// A move-only callable (C++23 has std::move_only_function), stored inline up to 48 bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace notifyd {

template <class Signature>
class UniqueFunction;

template <class R, class... Args>
class UniqueFunction<R(Args...)> {
  public:
    UniqueFunction() = default;

    template <class F>
    requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
        UniqueFunction(F&& function) {  // NOLINT(google-explicit-constructor): as std::function
        using Target = std::decay_t<F>;
        if constexpr (fits_inline<Target>) {
            ::new (static_cast<void*>(space_)) Target(std::forward<F>(function));
            operations_ = &inline_operations<Target>;
        } else {
            ::new (static_cast<void*>(space_)) Target*(new Target(std::forward<F>(function)));
            operations_ = &heap_operations<Target>;
        }
    }

    UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
    UniqueFunction& operator=(UniqueFunction&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    UniqueFunction(const UniqueFunction&) = delete;
    UniqueFunction& operator=(const UniqueFunction&) = delete;
    ~UniqueFunction() { reset(); }

    explicit operator bool() const { return operations_ != nullptr; }

    R operator()(Args... args) { return operations_->call(space_, std::forward<Args>(args)...); }

  private:
    struct Operations {
        R (*call)(void*, Args&&...);
        void (*move)(void* from, void* to) noexcept;
        void (*destroy)(void*) noexcept;
    };

    static constexpr std::size_t space_bytes = 48;

    template <class Target>
    static constexpr bool fits_inline =
        sizeof(Target) <= space_bytes &&
        alignof(Target) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<Target>;

    template <class Target>
    static Target& inline_target(void* space) {
        return *std::launder(static_cast<Target*>(space));
    }
    template <class Target>
    static Target*& heap_target(void* space) {
        return *std::launder(static_cast<Target**>(space));
    }

    template <class Target>
    static constexpr Operations inline_operations{
        [](void* space, Args&&... args) -> R { return inline_target<Target>(space)(std::forward<Args>(args)...); },
        [](void* from, void* to) noexcept {
            ::new (to) Target(std::move(inline_target<Target>(from)));
            inline_target<Target>(from).~Target();
        },
        [](void* space) noexcept { inline_target<Target>(space).~Target(); }};

    template <class Target>
    static constexpr Operations heap_operations{
        [](void* space, Args&&... args) -> R { return (*heap_target<Target>(space))(std::forward<Args>(args)...); },
        [](void* from, void* to) noexcept { ::new (to) Target*(heap_target<Target>(from)); },
        [](void* space) noexcept { delete heap_target<Target>(space); }};

    void take(UniqueFunction& other) noexcept {
        if (other.operations_ == nullptr) return;
        operations_ = std::exchange(other.operations_, nullptr);
        operations_->move(other.space_, space_);
    }
    void reset() noexcept {
        if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(space_);
    }

    const Operations* operations_ = nullptr;
    alignas(std::max_align_t) std::byte space_[space_bytes]{};
};

}  // namespace notifyd
