/* The models as bytes of the program. As an array of C++ four megabytes take a compiler a minute. */
.section .rodata

.macro model name
  .balign 64
  .global vigie_model_\name
vigie_model_\name:
  .incbin "\name\().model"
  .global vigie_model_\name\()_end
vigie_model_\name\()_end:
  .byte 0
.endm

model languages
model shared
model english
model french
model german
model italian
model portuguese
model spanish

.section .note.GNU-stack, "", %progbits
