//go:build entry

#include "textflag.h"

// The kernel starts the program here, with the vector on the stack.
TEXT ·entry(SB),NOSPLIT|NOFRAME,$0
	MOVQ	SP, ·vector(SB)
	LEAQ	·mmapC(SB), AX
	MOVQ	AX, ·viaMmap(SB)
	LEAQ	runtime·bss(SB), AX
	MOVQ	AX, ·bss(SB)
	LEAQ	runtime·ebss(SB), AX
	MOVQ	AX, ·ebss(SB)
	XORPS	X15, X15 // Go code has it zero
	MOVQ	·measureFunc(SB), DX
	CALL	(DX)
	SUBQ	·room(SB), SP
	MOVQ	SP, ·arranged(SB)
	MOVQ	·beginFunc(SB), DX
	CALL	(DX)
	JMP	_rt0_amd64_linux(SB)

// mmapC calls mmapFunc as C code is called: the arguments come in DI, SI, DX, CX,
// R8 and R9, and go on in AX, BX, CX, DI, SI and R8. The frame is room for what a Go
// function keeps of its arguments, which C code does not leave.
TEXT ·mmapC(SB),NOSPLIT,$48-0
	MOVQ	DI, AX
	MOVQ	SI, BX
	MOVQ	CX, DI
	MOVLQZX	DX, CX
	MOVLQZX	DI, DI
	MOVLQSX	R8, SI
	MOVLQZX	R9, R8
	XORPS	X15, X15
	MOVQ	·mmapFunc(SB), DX
	CALL	(DX)
	RET
