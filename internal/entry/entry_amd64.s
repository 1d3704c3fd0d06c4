//go:build entry

#include "textflag.h"

// The kernel starts the program here, with the vector on the stack.
TEXT ·entry(SB),NOSPLIT|NOFRAME,$0
	MOVQ	SP, ·vector(SB)
	XORPS	X15, X15 // Go code has it zero
	MOVQ	·measureFunc(SB), DX
	CALL	(DX)
	SUBQ	·room(SB), SP
	MOVQ	SP, ·arranged(SB)
	MOVQ	·beginFunc(SB), DX
	CALL	(DX)
	JMP	_rt0_amd64_linux(SB)
